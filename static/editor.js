// The post editor: toolbar, shortcuts, uploads, mentions, the insert dialog, drafts that save
// themselves. Without this file the form has Preview, Save draft and Publish buttons.
import { announce, flash } from "./app.js";
import { insertion } from "./insert.js";
import { mentions, put as putInto } from "./mentions.js";

const form = document.querySelector("[data-editor]");
const text = form.querySelector("[data-text]");
const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;

form.querySelector("[data-toolbar]").hidden = false;
for (const button of form.querySelectorAll(".nojs")) button.hidden = true;

const people = form.querySelector("[data-people-list]");
const names = mentions(text, people, form.dataset.people);

function put(words, from = text.selectionStart, to = text.selectionEnd) {
  putInto(text, words, from, to);
}

function wrap(before, after, filler) {
  const { selectionStart: from, selectionEnd: to } = text;
  const chosen = text.value.slice(from, to) || filler;
  put(before + chosen + after);
  text.setSelectionRange(from + before.length, from + before.length + chosen.length);
}

function eachLine(mark) {
  const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const end = text.value.indexOf("\n", text.selectionEnd);
  const to = end < 0 ? text.value.length : end;
  const lines = text.value.slice(from, to).split("\n");
  put(lines.map((line, number) => (typeof mark === "function" ? mark(number) : mark) + line).join("\n"), from, to);
}

function block(words) {
  const before = text.value.slice(0, text.selectionStart);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  put(`${gap}${words}\n\n`);
}

function address() {
  const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
  const from = text.selectionStart;
  put(`[${chosen || "words"}](https://)`);
  text.setSelectionRange(from + (chosen || "words").length + 3, from + (chosen || "words").length + 11);
}

const marks = {
  heading: () => eachLine("## "),
  bold: () => wrap("**", "**", "bold"),
  italic: () => wrap("*", "*", "italic"),
  link: address,
  list: () => eachLine("- "),
  numbers: () => eachLine((number) => `${number + 1}. `),
  tasks: () => eachLine("- [ ] "),
  quote: () => eachLine("> "),
  code: () => (text.value.slice(text.selectionStart, text.selectionEnd).includes("\n") ? wrap("```\n", "\n```", "") : wrap("`", "`", "code")),
  math: () => wrap("$", "$", "E = mc^2"),
  table: () => block("| Name | Value |\n| ---- | ----: |\n|      |       |"),
  mention: () => {
    put("@");
    names.complete();
  },
};
const keys = { b: "bold", i: "italic", k: "link", e: "code" };

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mark]");
  if (button) marks[button.dataset.mark]();
});

/* The toolbar is one stop of the Tab key; arrows move in it. */
const tools = [...form.querySelectorAll("[data-toolbar] :is(button, input)")];
tools.forEach((tool, index) => (tool.tabIndex = index ? -1 : 0));
form.querySelector("[data-toolbar]").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = tools[(tools.indexOf(document.activeElement) + step + tools.length) % tools.length];
  for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1;
  next.focus();
});

text.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && keys[event.key]) {
    event.preventDefault();
    marks[keys[event.key]]();
  } else if (!people.hidden) names.choose(event);
  else if (event.key === "Enter" && !event.shiftKey) goOnWithList(event);
});

/* Enter within a list begins its next item; on an empty item it ends the list. */
function goOnWithList(event) {
  const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const line = text.value.slice(from, text.selectionStart);
  const found = line.match(/^(\s*)(?:([-*+])( \[[ xX]\])?|(\d{1,8})([.)]))( +)(.*)$/);
  if (!found || text.selectionStart !== text.selectionEnd) return;
  event.preventDefault();
  const [, indent, sign, box, number, stop, , words] = found;
  if (!words) return put("", from, text.selectionStart);
  put(`\n${indent}${sign ? `${sign}${box ? " [ ]" : ""}` : `${Number(number) + 1}${stop}`} `);
}

/* Files that are pasted, dropped or chosen become file assets. */
async function upload(file) {
  const holder = `[Uploading ${file.name.replace(/[[\]]/g, "")} …]()`;
  block(holder);
  announce(`Uploading ${file.name}`);
  const body = new FormData();
  body.append("file", file);
  let words = "";
  try {
    const answer = await fetch(form.dataset.upload, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
    const said = await answer.json();
    words = said.markdown || "";
    if (!words) flash(`${file.name} was not uploaded. ${said.error}`);
  } catch {
    flash(`${file.name} was not uploaded: the site did not answer. Try again.`);
  }
  replace(holder, words);
  if (words) announce(`${file.name} is uploaded`);
}

/* The writer may have gone on typing: her caret stays where it is. */
function replace(before, after) {
  const at = text.value.indexOf(before);
  if (at < 0) return;
  const { selectionStart: caret } = text;
  put(after, at, at + before.length);
  const place = caret > at ? caret + after.length - before.length : caret;
  text.setSelectionRange(place, place);
}

async function uploadAll(files) {
  for (const file of files) await upload(file);
}

text.addEventListener("paste", (event) => {
  const { clipboardData: board } = event;
  const words = board.getData("text/plain");
  const table = asTable(words);
  if (table) {
    event.preventDefault();
    block(table);
  } else if (isOurs(words)) {
    event.preventDefault();
    pasteAddress(words.trim());
  } else if (board.files.length) {
    event.preventDefault();
    uploadAll([...board.files]);
  }
});

/* Cells of a spreadsheet come as lines with tabs: they become a table, numbers to the right. */
function asTable(words) {
  const rows = words.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  const width = rows[0].length;
  if (rows.length < 2 || width < 2 || rows.some((row) => row.length !== width)) return "";
  const cell = (content) => content.trim().replaceAll("\\", "\\\\").replaceAll("|", "\\|") || " ";
  const isNumber = (at) => rows.slice(1).every((row) => !row[at].trim() || /^[-+]?[\d.,]+(e[-+]?\d+)?%?$/i.test(row[at].trim()));
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = rows[0].map((_, at) => (isNumber(at) ? "---:" : "---"));
  return [line(rows[0].map(cell)), line(rule), ...rows.slice(1).map((row) => line(row.map(cell)))].join("\n");
}

/* An address of this site becomes a link by id, which names the thing and outlives its renaming. */
function isOurs(words) {
  const address = words.trim();
  return !/\s/.test(address) && address.startsWith(`${location.origin}/`) && /^\/(posts|files|datasets|routes|services|quests|actions|assets)\/./.test(new URL(address).pathname);
}

async function pasteAddress(address) {
  const label = text.value.slice(text.selectionStart, text.selectionEnd);
  put(address);
  const path = new URL(address).pathname;
  const answer = await fetch(`${form.dataset.link}?url=${encodeURIComponent(path)}`).catch(() => null);
  const found = answer?.ok && (await answer.json()).markdown;
  if (found) replace(address, label ? found.replace(/^\[.*\]\(/, `[${label.replace(/[[\]]/g, "")}](`) : found);
}
text.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
text.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  uploadAll([...event.dataTransfer.files]);
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-file], [data-dialog-file]")) return;
  const files = [...event.target.files];
  dialog.close();
  uploadAll(files);
  event.target.value = "";
});

const dialog = insertion({ form, text, put, block });

/* Drafts save themselves a moment after the last change; leaving with unsaved text warns. */
const saved = form.querySelector("[data-saved]");
const snapshot = () => JSON.stringify([form.elements.name.value, text.value]);
let kept = snapshot();
let timer = 0;
let busy = Promise.resolve();
let saving = 0;

async function save() {
  const now = snapshot();
  if (now === kept) return;
  const body = new FormData(form);
  body.set("do", "autosave");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const said = await answer.json();
    if (!answer.ok) return tell(said.error || "Not saved");
    kept = now;
    form.elements.seen.value = said.seen;
    adopt(said.url);
    tell(`Draft saved ${new Date(said.saved_at).toLocaleTimeString("en-GB")}`);
  } catch {
    tell("Not saved: the site cannot be reached");
    timer = setTimeout(queueSave, 10_000);
  }
}

/* A new post has an address after its first save. */
function adopt(url) {
  if (new URL(form.action).pathname === url) return;
  form.action = url;
  history.replaceState(null, "", url);
}

const tell = (words) => (saved.textContent = words);
function queueSave() {
  saving += 1;
  busy = busy.then(save).finally(() => (saving -= 1));
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  tell("Not saved yet");
  timer = setTimeout(queueSave, 1500);
});
let leaving = false;
form.addEventListener("submit", async (event) => {
  clearTimeout(timer);
  if (leaving || !saving) return void (leaving = true);
  event.preventDefault();
  await busy; // or the first save of a new post would make it twice
  leaving = true;
  setTimeout(() => form.requestSubmit(event.submitter)); // not within this event: it would be ignored
});
addEventListener("pageshow", () => (leaving = false)); // back from the next page
addEventListener("beforeunload", (event) => {
  if (!leaving && snapshot() !== kept) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    clearTimeout(timer);
    queueSave();
  }
});

/* The preview keeps step with the text: the block that begins at the line on top stands on top. */
const mirror = document.createElement("div");
mirror.className = "mirror mono";
mirror.ariaHidden = "true";
let tops = [];
let measured = "";

function measure() {
  const state = `${text.clientWidth}\n${text.value}`;
  if (state === measured) return;
  measured = state;
  mirror.style.width = `${text.clientWidth}px`;
  mirror.replaceChildren(...text.value.split("\n").map((line) => Object.assign(document.createElement("div"), { textContent: line || "\u200b" })));
  text.after(mirror);
  tops = [...mirror.children].map((line) => line.offsetTop);
  mirror.remove();
}

function places() {
  const preview = document.getElementById("preview");
  const prose = preview.querySelector(".prose");
  const lines = (prose.dataset.lines || "").split(" ").filter(Boolean).map(Number);
  const blocks = [...prose.children].slice(prose.children.length - lines.length >= 1 && prose.firstElementChild?.matches("h1:not([id])") ? 1 : 0);
  const base = prose.getBoundingClientRect().top - preview.getBoundingClientRect().top + preview.scrollTop;
  return { preview, pairs: lines.slice(0, blocks.length).map((line, at) => [tops[line] ?? 0, base + blocks[at].offsetTop - prose.offsetTop]) };
}

function between(value, pairs, from, to, ends) {
  const at = pairs.findLastIndex((pair) => pair[from] <= value);
  const start = at < 0 ? [0, 0] : pairs[at];
  const end = pairs[at + 1] ?? ends;
  const part = end[from] > start[from] ? (value - start[from]) / (end[from] - start[from]) : 0;
  return start[to] + Math.min(part, 1) * (end[to] - start[to]);
}

let leading = text;
function keepStep(source) {
  if (leading !== source) return;
  measure();
  const { preview, pairs } = places();
  const ends = [text.scrollHeight, preview.scrollHeight];
  if (source === text) preview.scrollTop = between(text.scrollTop, pairs, 0, 1, ends);
  else text.scrollTop = between(preview.scrollTop, pairs, 1, 0, ends);
}

for (const kind of ["pointerenter", "focus", "wheel"]) {
  text.addEventListener(kind, () => (leading = text), { passive: true });
}
form.addEventListener("pointerover", (event) => {
  if (event.target.closest("#preview")) leading = document.getElementById("preview");
});
text.addEventListener("scroll", () => requestAnimationFrame(() => keepStep(text)), { passive: true });
form.addEventListener("scroll", (event) => {
  if (event.target.id === "preview") requestAnimationFrame(() => keepStep(event.target));
}, { capture: true, passive: true });
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "preview" || event.detail.target?.id === "preview") keepStep(text);
});
