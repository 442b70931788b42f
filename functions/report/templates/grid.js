"use strict";
// A grid of which only one cell is in the order of Tab: `label` tells a cell in words, `open` shows what is behind it.
function useGrid(grid, { label, open }) {
  let current = grid.querySelector("tbody td");
  grid.classList.add("live");
  grid.setAttribute("role", "grid");
  document.querySelectorAll(".hint").forEach((hint) => { hint.hidden = false; });
  // A label is made when somebody comes to the cell.
  const choose = (cell) => {
    current.removeAttribute("tabindex");
    current = cell;
    cell.tabIndex = 0;
    cell.setAttribute("aria-label", label(cell));
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
    case "Home": return visible(row.querySelector("td"), "nextElementSibling");
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

// Shows a dialog that `fill` fills, with this title.
function showDialog(title, fill) {
  const dialog = document.querySelector("dialog");
  const body = dialog.querySelector("div");
  body.replaceChildren();
  const heading = add(body, "h2", title);
  heading.id = "dialog-title";
  heading.dir = "auto";
  fill(body);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

// How many columns come before those of the Regions.
const leading = (grid) => grid.querySelectorAll("thead .leading").length;

// Narrows the rows and columns of a grid by what is in the form.
function addFilters(form, rows, regions) {
  const column = document.head.appendChild(document.createElement("style"));
  const lead = leading(rows[0].closest("table"));
  const texts = rows.map((row) => [...row.cells].slice(0, lead).map((cell) => cell.textContent).join(" ").toLowerCase());
  const waves = rows.map((row) => row.querySelector(".wave")?.textContent);
  const units = rows.map((row) => row.querySelector(".unit").textContent);
  const matches = (cell, status) => [...status].some((letter) => cell.classList.contains(letter));
  const filter = () => {
    const { text, unit, wave, region, status } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const at = region === "" ? 0 : regions.indexOf(region) + lead;
    let shown = 0;
    rows.forEach((row, index) => {
      const cells = at === 0 || row.cells.length === lead + 1 && regions.length > 1 ? [...row.cells].slice(lead) : [row.cells[at]];
      const fits = words.every((word) => texts[index].includes(word))
        && (unit === "" || units[index] === unit || units[index].startsWith(unit + "/"))
        && (!wave || waves[index] === wave)
        && (status === "" || cells.some((cell) => matches(cell, status)));
      row.hidden = !fits;
      shown += fits;
    });
    column.textContent = at === 0 ? "" :
      `#grid tr > :not(:first-child, .wave, :nth-child(${at + 1}), .whole) { display: none; }`;
    form.querySelector("output").textContent = `${shown} of ${rows.length} accounts`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.reset();
  filter();
}

