// Adds the list of hosts, filters and details to a page that is readable without them.
start(JSON.parse(document.getElementById("details").textContent));

function start(details) {
  const grid = document.getElementById("grid");
  let hosts;
  if (document.getElementById("host-table")) {
    // After the page is there: nobody looks at its end first.
    const use = () => { hosts ??= useHosts(details); };
    addEventListener("load", () => setTimeout(use));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href='#hosts']");
      if (!link) return;
      use();
      event.preventDefault();
      hosts.narrow(link.dataset);
    });
    document.querySelectorAll(".to-hosts").forEach((link) => { link.hidden = false; });
  }
  if (grid) useAccounts(grid, details, (values) => { hosts?.narrow(values); });
  tellAge(details);
}

function useAccounts(grid, details, narrow) {
  const rows = [...grid.tBodies[0].rows];
  const lead = leading(grid);
  const regions = [...grid.tHead.rows[0].cells].slice(lead).map((cell) => cell.textContent);
  const behind = (cell) => {
    const [account, cells] = details.accounts[rows.indexOf(cell.closest("tr"))];
    const [, verdicts, why] = cells.find(([column]) => column === cell.cellIndex - lead) ?? [0, [], null];
    return { why: why ?? (cell.classList.contains("whole") ? account : null), verdicts: verdicts.map(([verdict, hosts]) => [details.verdicts[verdict], hosts]) };
  };
  const title = (cell) => {
    const where = cell.classList.contains("whole") ? "" : ` · ${regions[cell.cellIndex - lead]}`;
    return cell.closest("tr").querySelector("b").textContent + where;
  };
  const inWords = ({ why, verdicts }) => {
    if (why) return `not looked at, ${why.name}`;
    return verdicts.map(([[verdict], hosts]) => `${count(hosts)} ${verdict}`).join(", ") || "no hosts";
  };
  addFilters(document.getElementById("grid-filters"), rows, regions);
  useGrid(grid, {
    label: (cell) => `${title(cell)}: ${inWords(behind(cell))}`,
    open(cell) {
      if (cell.classList.contains("x")) return;
      const { why, verdicts } = behind(cell);
      showDialog(title(cell), (body) => {
        if (why) addNotInspected(body, why);
        else addVerdicts(body, verdicts);
        const button = add(body, "button", "Show the hosts", "show");
        button.hidden = Boolean(why);
        button.addEventListener("click", () => {
          document.querySelector("dialog").close();
          narrow({ text: cell.closest("tr").querySelector("small span").textContent, region: regions[cell.cellIndex - lead] });
        });
      });
    },
  });
}

function addNotInspected(body, { name, message, advice }) {
  const box = add(body, "div", "", "box");
  add(box, "b", `Not looked at: ${name}`);
  add(box, "p", advice);
  add(box, "p", message, "message").dir = "auto";
}

function addVerdicts(body, verdicts) {
  const list = add(body, "dl");
  verdicts.forEach(([[verdict, shade], hosts]) => {
    add(add(list, "dt"), "span", verdict, `badge ${shade}`);
    add(list, "dd", count(hosts));
  });
}

// A page that was kept says that it is old.
function tellAge({ finishedAt }) {
  const days = Math.floor((Date.now() - Date.parse(finishedAt)) / 86_400_000);
  if (!(days >= 2)) return;
  const age = document.querySelector(".age");
  age.classList.add("old");
  age.textContent += `, ${days} days ago`;
}
