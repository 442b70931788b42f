"use strict";
// Adds filters and details to a page that is readable without them.
const grid = document.getElementById("grid");
if (grid) enhance();

function enhance() {
  const rows = [...grid.tBodies[0].rows];
  const regions = [...grid.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  const names = { f: "failed", s: "skipped", c: "created", u: "updated", d: "deleted", n: "no change", x: "not worked in" };
  grid.classList.add("live");
  grid.setAttribute("role", "grid");
  document.querySelectorAll(".hint").forEach((hint) => { hint.hidden = false; });
  addFilters(rows, regions);
  addDetails(rows, regions, names);
}

function addFilters(rows, regions) {
  const form = document.querySelector(".filters");
  const column = document.head.appendChild(document.createElement("style"));
  const texts = rows.map((row) => row.cells[0].textContent.toLowerCase());
  const units = rows.map((row) => row.querySelector(".unit").textContent);
  const matches = (cell, status) => [...status].some((letter) => cell.classList.contains(letter));
  const filter = () => {
    const { text, unit, region, status } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const at = regions.indexOf(region) + 1;
    let shown = 0;
    rows.forEach((row, index) => {
      const cells = at === 0 || row.cells.length === 2 && regions.length > 1 ? [...row.cells].slice(1) : [row.cells[at]];
      const fits = words.every((word) => texts[index].includes(word))
        && (unit === "" || units[index] === unit || units[index].startsWith(unit + "/"))
        && (status === "" || cells.some((cell) => matches(cell, status)));
      row.hidden = !fits;
      shown += fits;
    });
    column.textContent = at === 0 ? "" :
      `#grid tr > :not(:first-child, :nth-child(${at + 1}), .whole) { display: none; }`;
    form.querySelector("output").textContent = `${shown} of ${rows.length} accounts`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.reset();
  filter();
}

function addDetails(rows, regions, names) {
  let data;
  let current = rows[0].cells[1];
  const label = (cell) => {
    const row = cell.closest("tr");
    const where = cell.classList.contains("whole") ? "" : ` in ${regions[cell.cellIndex - 1]}`;
    const warned = cell.classList.contains("w") ? ", with a warning" : "";
    return `${row.querySelector("b").textContent}${where}: ${names[cell.classList[0]]}${warned}`;
  };
  // Only the current cell is in the order of Tab; its label is made when somebody comes to it.
  const choose = (cell) => {
    current.removeAttribute("tabindex");
    current = cell;
    cell.tabIndex = 0;
    cell.setAttribute("aria-label", label(cell));
  };
  const open = (cell) => {
    if (cell.classList.contains("x")) return;
    data ??= JSON.parse(document.getElementById("details").textContent);
    const row = cell.closest("tr");
    show(row, regions[cell.cellIndex - 1], data.accounts[rows.indexOf(row)], cell, data.facts);
  };
  choose(current);
  grid.addEventListener("click", ({ target }) => {
    const cell = target.closest("td");
    if (cell) { choose(cell); cell.focus(); open(cell); }
  });
  grid.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(current);
      return;
    }
    const next = neighbour(current, event.key);
    if (next) { event.preventDefault(); choose(next); next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });
}

function neighbour(cell, key) {
  const visible = (one, way) => {
    while (one && (one.hidden || one.offsetParent === null)) one = one[way];
    return one;
  };
  const row = cell.parentElement;
  const below = (other) => other && visible(other.cells[Math.min(cell.cellIndex, other.cells.length - 1)], "nextElementSibling");
  const last = (one) => (one && one.tagName === "TD" ? one : null);
  switch (key) {
    case "ArrowRight": return last(visible(cell.nextElementSibling, "nextElementSibling"));
    case "ArrowLeft": return last(visible(cell.previousElementSibling, "previousElementSibling"));
    case "ArrowDown": return below(visible(row.nextElementSibling, "nextElementSibling"));
    case "ArrowUp": return below(visible(row.previousElementSibling, "previousElementSibling"));
    case "Home": return visible(row.cells[1], "nextElementSibling");
    case "End": return visible(row.lastElementChild, "previousElementSibling");
    default: return null;
  }
}

// Whatever came from outside is put in as text, never as markup.
function add(parent, tag, text = "", className = "") {
  const element = parent.appendChild(document.createElement(tag));
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

const spaced = (status) => status.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase());
const SHADES = {
  created: "c", wouldCreate: "c", set: "c", wouldSet: "c", updated: "u", wouldUpdate: "u",
  deleted: "d", wouldDelete: "d", reset: "d", wouldReset: "d",
};

function show(row, region, [error, cells, skipped, warnings], cell, facts) {
  const dialog = document.querySelector("dialog");
  const body = dialog.querySelector("div");
  body.replaceChildren();
  const [id, unit] = [...row.querySelector("small").children].map((part) => part.textContent);
  const title = add(body, "h2", row.querySelector("b").textContent + (cell.classList.contains("whole") ? "" : " · " + region));
  title.id = "dialog-title";
  title.dir = "auto";
  add(body, "p", [id, unit].filter(Boolean).join(" · "));
  if (error !== null) addFailure(body, facts[error]);
  if (skipped !== null) addNote(body, facts[skipped]);
  warnings.forEach((number) => addNote(body, facts[number]));
  const found = cells[cell.cellIndex - 1];
  if (found) addRegion(body, found, facts);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
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
