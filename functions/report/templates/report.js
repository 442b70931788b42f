// Adds filters and details to a page that is readable without them.
const grid = document.getElementById("grid");
if (grid) enhance();

function enhance() {
  const rows = [...grid.tBodies[0].rows];
  const lead = leading(grid);
  const regions = [...grid.tHead.rows[0].cells].slice(lead).map((cell) => cell.textContent);
  const names = { f: "failed", s: "skipped", c: "created", u: "updated", d: "deleted", n: "no change", x: "not worked in", r: "not reached" };
  let data;
  addFilters(document.querySelector(".filters"), rows, regions);
  useGrid(grid, {
    label(cell) {
      const row = cell.closest("tr");
      const where = cell.classList.contains("whole") ? "" : ` in ${regions[cell.cellIndex - lead]}`;
      const warned = cell.classList.contains("w") ? ", with a warning" : "";
      return `${row.querySelector("b").textContent}${where}: ${names[cell.classList[0]]}${warned}`;
    },
    open(cell) {
      if (cell.classList.contains("x")) return;
      data ??= JSON.parse(document.getElementById("details").textContent);
      const row = cell.closest("tr");
      const region = cell.classList.contains("whole") ? "" : " · " + regions[cell.cellIndex - lead];
      show(row, region, cell.cellIndex - lead, data.accounts[rows.indexOf(row)], data.facts);
    },
  });
}

const spaced = (status) => status.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase());
const SHADES = {
  created: "c", wouldCreate: "c", set: "c", wouldSet: "c", updated: "u", wouldUpdate: "u",
  deleted: "d", wouldDelete: "d", reset: "d", wouldReset: "d",
};

function show(row, region, column, [error, cells, skipped, warnings], facts) {
  const [id, unit] = [...row.querySelector("small").children].map((part) => part.textContent);
  showDialog(row.querySelector("b").textContent + region, (body) => {
    add(body, "p", [id, unit].filter(Boolean).join(" · "));
    if (error !== null) addFailure(body, facts[error]);
    if (skipped !== null) addNote(body, facts[skipped]);
    warnings.forEach((number) => addNote(body, facts[number]));
    const found = cells[column];
    if (found) addRegion(body, found, facts);
  });
}

function addRegion(body, [, dhmc, windows, warnings, error, skipped], facts) {
  if (error !== null) addFailure(body, facts[error]);
  if (skipped !== null) addNote(body, facts[skipped]);
  warnings.forEach((number) => addNote(body, facts[number]));
  windows.forEach(([number, id]) => addWindow(body, facts[number], id));
  if (dhmc !== null) {
    const { status, before, after } = facts[dhmc];
    heading(body, "Default Host Management Configuration", status);
    if (before !== after) addChanges(body, [["role", before, after]]);
    else add(body, "p", `Role: ${after}`);
  }
}

function addFailure(body, { step, name, message, advice }) {
  const box = add(body, "div", "", "box");
  add(box, "b", `${name} in ${step}`);
  add(box, "p", advice);
  add(box, "p", message, "message").dir = "auto";
}

function addNote(body, { name, message, advice }) {
  const box = add(body, "div", "", "box warning");
  add(box, "b", name);
  add(box, "p", advice);
  add(box, "p", message, "message").dir = "auto";
}

function heading(body, text, status) {
  const line = add(body, "h3", text);
  add(line, "span", spaced(status), `badge ${SHADES[status] ?? "n"}`);
}

function addWindow(body, { name, status, changes, next, zone }, id) {
  heading(body, name, status);
  if (id) add(add(body, "p"), "code", id);
  if (next) add(body, "p", `Next execution: ${next[0]} (${zone}), ${next[1]}`);
  if (changes.length > 0) addChanges(body, changes);
}

function addChanges(body, changes) {
  const table = add(body, "table");
  const head = add(add(table, "thead"), "tr");
  ["Field", "From", "To"].forEach((text) => { add(head, "th", text).scope = "col"; });
  const rows = add(table, "tbody");
  changes.forEach(([field, from, to]) => {
    const row = add(rows, "tr");
    add(row, "th", field).scope = "row";
    add(row, "td", from).dir = "auto";
    add(row, "td", to).dir = "auto";
  });
}
