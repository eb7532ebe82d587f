// The SQL console: completion of names, the queries that ran in this browser, the place of an error.
// Without this file the form works as it is.
const WORDS = ("select from where group by order limit offset having distinct as and or not null is in like ilike between case when then else end with " +
  "union all join left on using asc desc nulls first last over partition filter count sum avg min max median stddev round abs floor ceil coalesce " +
  "date_trunc date_part extract lower upper length substring replace concat string_agg row_number rank lag lead cast exists interval true false").split(" ");
const MOST = 20;
const SHOWN = 8;

const frame = document.querySelector("[data-console]");
const area = document.getElementById("sql");
const list = document.getElementById("completions");

/* Completion: a list under the field, as the combobox pattern has it; Tab or Enter takes, Escape closes. */
let found = [];
let chosen = 0;

function typed() {
  const before = area.value.slice(0, area.selectionStart);
  return /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] || "";
}

function names() {
  return [...frame.querySelectorAll("[data-insert]")].map((button) => button.dataset.insert);
}

function offer() {
  const start = typed().toLowerCase();
  const own = names().filter((name) => name.toLowerCase().startsWith(start));
  const words = WORDS.filter((word) => word.startsWith(start) && !own.includes(word));
  const isEnd = !/[\p{L}\p{N}_]/u.test(area.value[area.selectionStart] || " ");
  found = start.length > 0 && isEnd ? [...own, ...(start.length > 1 ? words : [])].filter((word) => word !== start).slice(0, SHOWN) : [];
  chosen = 0;
  show();
}

function show() {
  list.hidden = found.length === 0;
  area.setAttribute("aria-expanded", String(!list.hidden));
  list.replaceChildren(...found.map((word, place) => {
    const item = document.createElement("li");
    item.id = `completion-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(place === chosen));
    item.className = "mono";
    item.textContent = word;
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(place);
    });
    return item;
  }));
  if (found.length) area.setAttribute("aria-activedescendant", `completion-${chosen}`);
  else area.removeAttribute("aria-activedescendant");
}

function take(place) {
  const end = area.selectionStart;
  area.setRangeText(quoted(found[place]), end - typed().length, end, "end");
  found = [];
  show();
}

/* A name that is also a word of SQL needs quotes. */
function quoted(name) {
  return names().includes(name) && (WORDS.includes(name) || !/^[a-z_][a-z0-9_]*$/.test(name)) ? `"${name}"` : name;
}

function move(step) {
  chosen = (chosen + step + found.length) % found.length;
  show();
}

function key(event) {
  if (list.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  const does = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Tab: () => take(chosen), Enter: () => take(chosen), Escape: () => { found = []; show(); } }[event.key];
  if (!does || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  does();
}

/* History: only here, in this browser. */
const place = `queries:${frame?.dataset.console}`;

function history() {
  try {
    return JSON.parse(localStorage.getItem(place)) || [];
  } catch {
    return [];
  }
}

function remember(sql) {
  const kept = [sql, ...history().filter((each) => each !== sql)].slice(0, MOST);
  try {
    localStorage.setItem(place, JSON.stringify(kept));
  } catch {
    return; // the browser keeps nothing
  }
  tell();
}

function tell() {
  const box = frame.querySelector("[data-history]");
  const kept = history();
  box.hidden = kept.length === 0;
  box.querySelector("ol").replaceChildren(...kept.map((sql) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `?sql=${encodeURIComponent(sql)}`;
    link.className = "mono";
    link.textContent = sql.replace(/\s+/g, " ").slice(0, 90);
    item.append(link);
    return item;
  }));
}

/* The place of an error: the cursor goes there. */
function go({ line, column }) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1;
  const word = /^\S+/.exec(area.value.slice(start))?.[0].length || 1;
  area.focus();
  area.setSelectionRange(start, start + word);
}

if (area) {
  area.setAttribute("role", "combobox");
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", "completions");
  area.setAttribute("aria-expanded", "false");
  frame.querySelector("[data-completes]").hidden = false;
  area.addEventListener("input", offer);
  area.addEventListener("keydown", key);
  area.addEventListener("blur", () => { found = []; show(); });
  area.form.addEventListener("submit", () => remember(area.value.trim()));
  document.addEventListener("click", (event) => {
    const insert = event.target.closest("[data-insert]");
    if (insert) {
      area.setRangeText(quoted(insert.dataset.insert), area.selectionStart, area.selectionEnd, "end");
      area.focus();
    }
    const spot = event.target.closest("[data-line]");
    if (spot) go(spot.dataset);
    if (event.target.closest("[data-forget]")) {
      localStorage.removeItem(place);
      tell();
    }
  });
  tell();
}
