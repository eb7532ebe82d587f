// What HTML cannot do by itself. Every page works without this file.
const root = document.documentElement;

/* Theme: kept in a cookie so that the server writes it into the page and nothing flickers. */
function switchTheme() {
  const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

/* Copy: data-copy="text", or data-copy alone for the code block around it, data-copy-from="#id",
   or data-copy-link="/path" for a full address. */
const COPY = "[data-copy], [data-copy-from], [data-copy-link]";

async function copy(button) {
  const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : button.closest(".code")?.querySelector("pre");
  const link = button.dataset.copyLink && new URL(button.dataset.copyLink, location.href).href;
  const text = link || button.dataset.copy || source?.value || source?.textContent || "";
  const done = await write(text);
  announce(done ? "Copied." : "Copying was refused by the browser.");
  if (!done) return;
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, 1600);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeByHand(text); // clipboard is missing on plain http
  }
}

function writeByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "vh";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/* Words for screen readers, and notes that everybody sees. */
export function announce(text) {
  document.getElementById("announce").textContent = text;
}

export function flash(text, kind = "error") {
  const note = document.getElementById("flash-note")?.content.firstElementChild.cloneNode(true);
  if (!note) return;
  note.classList.add(`is-${kind}`);
  note.querySelector("p").textContent = text;
  document.querySelector(".flash").replaceChildren(note);
}

/* What the server says of something that was done without another page. */
document.addEventListener("note", (event) => flash(event.detail.text, event.detail.kind));

/* Times: the reader's zone, relative where the page says so, exact on hover. */
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "long" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "medium" });

function ago(then) {
  const seconds = (then - Date.now()) / 1000;
  const past = Math.abs(seconds);
  if (past < 45) return "now";
  if (past < 3600) return words.format(Math.round(seconds / 60), "minute");
  if (past < 86400) return words.format(Math.round(seconds / 3600), "hour");
  if (past < 7 * 86400) return words.format(Math.round(seconds / 86400), "day");
  return day.format(then);
}

const styles = { ago, clock: (then) => clock.format(then), full: (then) => full.format(then) };

function tellTimes(within = document) {
  for (const time of within.querySelectorAll("time[data-time]")) {
    const then = new Date(time.dateTime);
    const text = styles[time.dataset.time](then);
    if (time.textContent !== text) time.textContent = text;
    if (time.dataset.time !== "full") time.title = exact.format(then);
  }
}

/* A running clock between two polls: data-since is when the run was asked for. */
function tick() {
  for (const span of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, (Date.now() - new Date(span.dataset.since)) / 1000);
    span.textContent = seconds < 60 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  }
}

/* The tab shows how a run stands: title and icon follow the live part. */
function showState() {
  const state = document.querySelector("[data-page-title]");
  if (!state) return;
  document.title = state.dataset.pageTitle;
  document.querySelector("link[rel=icon]").href = state.dataset.pageIcon;
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
}

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (hit("[data-theme-switch]")) {
    event.preventDefault();
    switchTheme();
  }
  if (hit(COPY)) copy(hit(COPY));
  if (hit("[data-dismiss]")) hit(".note").remove();
  closeMenus(event.target);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.querySelector(".searchbox input, input[type=search]")?.focus();
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form") || document.querySelector("form[data-main]");
    if (form) event.preventDefault();
    form?.requestSubmit(form.querySelector(".primary[type=submit]"));
  }
  if (event.key === "Escape") {
    const menu = event.target.closest("details.menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
  }
});

/* A choice that applies at once: selects and ticks of a filter form marked data-auto. */
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-auto]") && event.target.matches("select, [type=checkbox], [type=radio]")) form.requestSubmit();
});

/* How many are ticked, on all pages of them, beside data-ticks with the name of the boxes. */
document.addEventListener("change", ({ target }) => {
  const count = target.type === "checkbox" && target.form?.querySelector(`[data-ticks="${CSS.escape(target.name)}"]`);
  if (count) count.textContent = (Number(count.textContent.replaceAll(",", "")) + (target.checked ? 1 : -1)).toLocaleString("en");
});

/* An update by htmx must not take anything from the person: what she opened stays open, times that
   were already told in her zone stay, and a log that stands at its end follows. */
function updateGently() {
  const { callbacks } = Idiomorph.defaults;
  callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.localName === "details");
  callbacks.beforeNodeMorphed = (old, fresh) => {
    if (old.localName === "time" && old.dataset.time) return old.dateTime !== fresh.dateTime;
    return !(old.dataset?.since && old.dataset.since === fresh.dataset?.since);
  };
}

/* Only pages with a part that renews itself fetch what merges the old and the new. */
if (document.querySelector("[hx-swap^=morph], [data-morphs]")) {
  const script = document.createElement("script");
  script.src = document.body.dataset.morph;
  script.addEventListener("load", updateGently);
  document.head.append(script);
}

let following = false;
document.addEventListener("htmx:beforeSwap", () => {
  const log = document.querySelector("[data-follow]");
  following = log && log.scrollHeight - log.scrollTop - log.clientHeight < 8;
});

/* One note when the site cannot be reached while a part polls; it goes when the next answer comes. */
let lost = false;
document.addEventListener("htmx:sendError", () => {
  if (!lost) flash("This site cannot be reached at the moment. The page goes on by itself when it can.", "timeout");
  lost = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!lost || !event.detail.successful) return;
  lost = false;
  document.querySelector(".flash").replaceChildren();
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401 || status === 403) flash("You are signed out, or may not do this. Reload the page to sign in again.");
  else flash(`The site answered ${status}. Nothing was changed. Try again in a moment.`);
});
document.addEventListener("htmx:afterSettle", (event) => {
  tellTimes(event.target.closest("[data-live]") || document);
  tick();
  showState();
  const log = document.querySelector("[data-follow]");
  if (following && log) log.scrollTop = log.scrollHeight;
});

/* What is wider than the screen begins with its middle in view. */
for (const wide of document.querySelectorAll("[data-begin]")) wide.scrollLeft = Number(wide.dataset.begin) - wide.clientWidth / 2;

tellTimes();
tick();
setInterval(tellTimes, 30_000);
setInterval(tick, 1000);
