// The list of hosts: filters, 200 rows at a time, and what is known of one.
const AT_A_TIME = 200;

// Hosts as the page holds them: what many share is a number of a fact.
function readHosts(details) {
  const { facts, cells } = JSON.parse(document.getElementById("all-hosts").textContent);
  const accounts = new Map([...document.querySelectorAll("#grid tbody tr")].map((row) => {
    const [id, unit] = [...row.querySelector("small").children].map((part) => part.textContent);
    return [id, { id, unit, name: row.querySelector("b").textContent, wave: row.querySelector(".wave")?.textContent }];
  }));
  return cells.flatMap(([account, region, rows]) => rows.map(([id, name, verdict, reasons, system, place, windows, patch, scanned]) => ({
    id, name, account: accounts.get(account), region, verdict: details.verdicts[verdict], reasons: facts[reasons], system: facts[system],
    place: facts[place], windows: facts[windows], patch: patch === null ? null : facts[patch], scanned,
  })));
}

function useHosts(details) {
  const form = document.getElementById("host-filters");
  const table = document.getElementById("host-table");
  const body = table.querySelector("tbody");
  const more = document.querySelector(".more");
  const hosts = readHosts(details);
  const reasonsOf = (host) => host.reasons.map(([name]) => name);
  fill(form.elements.reason, tally(hosts.flatMap(reasonsOf)), (name) => details.reasons[name][0]);
  fill(form.elements.system, tally(hosts.map((host) => host.system[0]).filter(Boolean)));
  let found = [];
  let shown = 0;

  const showMore = () => {
    const rows = document.createDocumentFragment();
    found.slice(shown, shown + AT_A_TIME).forEach((host) => addHost(rows, host, details));
    body.append(rows);
    shown = Math.min(shown + AT_A_TIME, found.length);
    document.getElementById("more").hidden = shown === found.length;
    form.querySelector("output").textContent = found.length === hosts.length
      ? `${count(hosts.length)} hosts` : `${count(found.length)} of ${count(hosts.length)} hosts`;
  };
  const filter = () => {
    const { text, verdict, reason, unit, wave, region, system } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    found = hosts.filter((host) => (verdict === "" || host.verdict[0] === verdict)
      && (reason === "" || reasonsOf(host).includes(reason))
      && (!wave || host.account.wave === wave)
      && (region === "" || host.region === region)
      && (system === "" || host.system[0] === system)
      && (unit === "" || host.account.unit === unit || host.account.unit.startsWith(unit + "/"))
      && words.every((word) => searched(host).includes(word)));
    shown = 0;
    body.replaceChildren();
    document.getElementById("commands").hidden = !found.some(commandOf);
    showMore();
  };
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => { setTimeout(filter); });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("more").addEventListener("click", () => {
    const first = body.rows.length;
    showMore();
    body.rows[first]?.querySelector("button").focus();
  });
  document.getElementById("commands").addEventListener("click", () => showCommands(found));
  body.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) showHost(found[button.closest("tr").sectionRowIndex], details);
  });
  form.hidden = table.hidden = more.hidden = false;
  form.reset();
  return {
    // Shows the hosts for which the fields of the form have these values, and goes there.
    narrow(values) {
      for (const field of form.elements) if (field.name) field.value = values[field.name] ?? "";
      filter();
      document.getElementById("hosts").scrollIntoView();
      form.elements.text.focus({ preventScroll: true });
    },
  };
}

const count = (number) => number.toLocaleString("en");
const searched = (host) => host.searched ??= `${host.id} ${host.name ?? ""} ${host.account.name} ${host.account.id}`.toLowerCase();
const day = (minute) => new Date(minute * 60_000).toISOString().slice(0, 16).replace("T", " ");

// What there is most of first.
function tally(values) {
  const counts = new Map();
  values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
  return [...counts].sort(([, one], [, other]) => other - one);
}

function fill(select, counts, title = (value) => value) {
  counts.forEach(([value, hosts]) => { add(select, "option", `${title(value)} (${count(hosts)})`).value = value; });
}

function addHost(rows, host, details) {
  const row = add(rows, "tr");
  const head = add(row, "th");
  head.scope = "row";
  add(head, "button", host.name || host.id).dir = "auto";
  if (host.name) add(head, "small", host.id);
  add(add(row, "td"), "span", host.verdict[0], `badge ${host.verdict[1]}`);
  const why = add(row, "td");
  const [first, ...others] = host.reasons;
  if (first) {
    add(why, "span", details.reasons[first[0]][0]);
    if (first[1]) add(why, "small", first[1]).dir = "auto";
    if (others.length > 0) add(why, "small", "also: " + others.map(([name]) => details.reasons[name][0].toLowerCase()).join(", "));
  }
  const account = add(row, "td");
  add(account, "bdi", host.account.name);
  add(account, "small", host.account.id);
  add(row, "td", host.region);
  add(row, "td", host.system[0] ?? "");
  add(row, "td", host.scanned === null ? "never" : day(host.scanned));
  add(row, "td", host.patch?.[2] === null || host.patch === null ? "" : count(host.patch[2]), "number");
}

// The command that mends what gives the verdict.
function commandOf(host) {
  const [before, after] = host.reasons[0]?.[2] ?? [];
  return before === undefined ? undefined : `${before}${host.id}${after} --region ${host.region}`;
}

function showCommands(hosts) {
  showDialog("Commands", (body) => {
    add(body, "p", "Each is to be run with credentials of its account. Read them before you run them.");
    const lines = [];
    let account;
    hosts.forEach((host) => {
      const command = commandOf(host);
      if (!command) return;
      if (account !== host.account.id) lines.push(`# ${host.account.id}`);
      account = host.account.id;
      lines.push(command);
    });
    const text = add(body, "pre", lines.join("\n"), "command");
    text.tabIndex = 0;
    text.style.maxHeight = "none";
  });
}

function showHost(host, details) {
  showDialog(host.name || host.id, (body) => {
    const line = add(body, "p");
    add(line, "span", host.verdict[0], `badge ${host.verdict[1]}`);
    line.append(` ${host.id} · `);
    add(line, "bdi", host.account.name);
    line.append(` (${host.account.id}) · ${host.region}`);
    addConsole(body, host, details.console);
    host.reasons.forEach(([name, detail, command]) => {
      const [title, advice] = details.reasons[name];
      const box = add(body, "div", "", "box warning");
      add(box, "b", title);
      if (detail) add(box, "p", detail, "message").dir = "auto";
      add(box, "p", advice);
      if (command) add(box, "pre", `${command[0]}${host.id}${command[1]} --region ${host.region}`, "command").tabIndex = 0;
    });
    addFacts(body, host);
  });
}

// EC2's page of an instance, Fleet Manager's of another machine; both open in the account of whoever looks.
function addConsole(body, { id, region }, console) {
  if (!console) return;
  const link = add(add(body, "p"), "a", "In the AWS console ↗");
  link.rel = "noreferrer";
  link.href = id.startsWith("mi-")
    ? `https://${console}/systems-manager/managed-instances/${encodeURIComponent(id)}/description?region=${region}`
    : `https://${console}/ec2/home?region=${region}#InstanceDetails:instanceId=${encodeURIComponent(id)}`;
}

function addFacts(body, { system, place, windows, patch, scanned }) {
  const [kind, state, ping, vpc, group] = place;
  const [found, next, last] = windows;
  const list = add(body, "dl");
  const fact = (name, value) => {
    add(list, "dt", name);
    add(list, "dd", value === null || value === undefined ? "" : String(value)).dir = "auto";
  };
  fact("Operating system", system[0]);
  fact("Agent", system[1]);
  fact("Kind", kind === "ec2" ? "EC2 instance" : "machine elsewhere");
  fact("State", [state, ping].filter(Boolean).join(", "));
  fact("VPC", vpc);
  if (group) fact("Renewed by", group);
  fact("Found by", found.join(", "));
  fact("Next window", next);
  fact("Last window", last ? `${last[0]}: ${last[1]}${last[2] === null ? "" : ", " + day(last[2]) + " UTC"}` : null);
  if (patch === null) return;
  const [operation, baseline, ...counts] = patch;
  fact("Last operation", scanned === null ? `${operation} failed` : `${operation}, ${day(scanned)} UTC`);
  fact("Baseline", baseline);
  const names = ["Missing", "Failed", "Waiting for a restart", "Critical", "Security", "Other", "Not approved yet"];
  names.forEach((name, at) => fact(name, counts[at]));
}
