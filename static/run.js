// The run form: focus after its buttons, the asset picker, files dropped on it, links with values.
// Every step works without this file as a plain form.
import { announce, flash } from "./app.js";

const form = () => document.getElementById("run-form");

function prepare(within = document) {
  for (const part of within.querySelectorAll("[data-needs-script]")) part.hidden = false;
  fitTeams();
}

/* After a button of the form: where the focus goes, and what is said. */
document.addEventListener("run:changed", (event) => {
  prepare();
  const { focus, said } = event.detail;
  if (said) announce(said);
  const target = focus && document.getElementById(focus);
  if (!target) return;
  const inner = target.matches("fieldset, div, li") ? target.querySelector("input:not([type=hidden]), select, textarea") || target : target;
  inner.focus();
});

/* Picker: a combobox over what the server offers. */
const pickerOf = (element) => element.closest("[data-picker]");
const listOf = (picker) => picker.querySelector("[role=listbox]");
const boxOf = (picker) => picker.querySelector("[role=combobox]");
const optionsOf = (picker) => [...listOf(picker).querySelectorAll("[role=option]:not([aria-disabled])")];
let waiting = 0;

async function offer(picker, words) {
  const address = `${picker.dataset.picker}&q=${encodeURIComponent(words)}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return flash("The list of assets could not be loaded. Try again in a moment.");
  listOf(picker).innerHTML = await answer.text();
  open(picker);
}

function open(picker) {
  listOf(picker).hidden = false;
  boxOf(picker).setAttribute("aria-expanded", "true");
  const found = optionsOf(picker).length;
  announce(found === 1 ? "One asset fits." : `${found} assets fit.`);
}

function close(picker) {
  listOf(picker).hidden = true;
  boxOf(picker).setAttribute("aria-expanded", "false");
  boxOf(picker).removeAttribute("aria-activedescendant");
}

function activate(picker, option) {
  for (const each of optionsOf(picker)) each.setAttribute("aria-selected", String(each === option));
  if (!option) return;
  boxOf(picker).setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function step(picker, by) {
  const options = optionsOf(picker);
  const now = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  if (options.length) activate(picker, options[(now + by + options.length) % options.length]);
}

/* Where several are taken, a new one stands beside those that are there. */
function addressOf(picker) {
  const have = "many" in picker.dataset ? [...picker.querySelectorAll("input[type=hidden]")] : [];
  return picker.dataset.picker + have.map((each) => `&have=${encodeURIComponent(each.value)}`).join("");
}

async function choose(picker, id) {
  const answer = await fetch(`${addressOf(picker)}&id=${encodeURIComponent(id)}`);
  if (answer.ok) replace(picker, await answer.text());
  else flash("This asset could not be chosen. Try again in a moment.");
}

function replace(picker, html) {
  const { id } = picker;
  picker.outerHTML = html;
  const fresh = document.getElementById(id);
  htmx.process(fresh);
  prepare(fresh);
  boxOf(fresh).focus();
  const chosen = fresh.querySelector(".chosen .main");
  touched({ target: fresh.querySelector("[name^='a/']") });
  announce(chosen ? `${chosen.textContent} is chosen.` : fresh.querySelector(".msg")?.textContent || "");
}

const looksLikeAddress = (text) => /^https?:|^\/\w+s\/|[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}/i.test(text);

document.addEventListener("input", (event) => {
  const picker = event.target.matches("[role=combobox]") && pickerOf(event.target);
  if (!picker) return;
  clearTimeout(waiting);
  const words = event.target.value.trim();
  waiting = setTimeout(() => (looksLikeAddress(words) ? choose(picker, words) : offer(picker, words)), 180);
});

document.addEventListener("keydown", (event) => {
  const picker = event.target.matches?.("[role=combobox]") && pickerOf(event.target);
  if (!picker) return;
  const hidden = listOf(picker).hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (hidden) offer(picker, event.target.value.trim());
    else step(picker, event.key === "ArrowDown" ? 1 : -1);
  } else if ((event.key === "Home" || event.key === "End") && !hidden) {
    event.preventDefault();
    activate(picker, optionsOf(picker).at(event.key === "Home" ? 0 : -1));
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    const active = listOf(picker).querySelector("[aria-selected=true]");
    if (hidden || !active) return;
    event.preventDefault();
    choose(picker, active.dataset.id);
  } else if (event.key === "Escape" && !hidden) {
    event.stopPropagation();
    close(picker);
  }
});

document.addEventListener("click", (event) => {
  const option = event.target.closest("[data-picker] [role=option]");
  if (option && option.ariaDisabled !== "true") choose(pickerOf(option), option.dataset.id);
  const recent = event.target.closest("[data-recent]");
  if (recent) offer(pickerOf(recent), "").then(() => boxOf(pickerOf(recent)).focus());
  for (const list of document.querySelectorAll("[data-picker] [role=listbox]:not([hidden])")) {
    if (!pickerOf(list).contains(event.target)) close(pickerOf(list));
  }
});

/* Upload with progress: chosen in the dialogue, dropped anywhere on the field, or pasted. Large
   files go in parts first, and those of them that are there already are not sent again. */
async function upload(picker, files) {
  const bar = picker.querySelector(".uploading");
  const { parts: to, library: from, direct } = picker.querySelector("[data-upload]").dataset;
  const token = form().elements.csrfmiddlewaretoken.value;
  const body = new FormData();
  const taken = "many" in picker.dataset ? [...files] : [...files].slice(0, 1);
  announce(`Uploading ${taken.map((file) => file.name).join(", ")}.`);
  const onProgress = (sent, whole) => { bar.hidden = false; bar.value = (100 * sent) / whole; };
  try {
    const { goesInParts, send } = await import("./parts.js");
    for (const file of taken) {
      if (goesInParts(file, direct)) body.append("upload", await send(file, { to, from, direct, token, onProgress }));
      else body.append("file", file);
    }
  } catch (problem) {
    bar.hidden = true;
    flash(`${problem.message} Choose the file again to go on where it stopped.`);
    return;
  }
  const request = new XMLHttpRequest();
  request.open("POST", addressOf(picker));
  request.setRequestHeader("X-CSRFToken", token);
  request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded, event.total);
  request.onload = () => {
    bar.hidden = true;
    if (request.status === 200 || request.status === 422) replace(picker, request.responseText);
    else flash(request.status === 413 ? "This file is larger than the site takes." : `The upload failed (${request.status}). Nothing was kept.`);
  };
  request.onerror = () => {
    bar.hidden = true;
    flash("The upload was cut off. Nothing was kept; try again.");
  };
  request.send(body);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-upload]") && event.target.files[0]) upload(pickerOf(event.target), event.target.files);
});
document.addEventListener("paste", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (!picker?.querySelector("[data-upload]") || !event.clipboardData?.files.length) return;
  event.preventDefault();
  upload(picker, event.clipboardData.files);
});
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const picker = event.target.closest?.("[data-picker]");
    const holdsFile = event.dataTransfer?.types.includes("Files");
    if (!picker || !holdsFile || !picker.querySelector("[data-upload]")) return;
    event.preventDefault();
    picker.classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") upload(picker, event.dataTransfer.files);
  });
}

/* Only teams of the chosen organization can be chosen. */
function fitTeams() {
  const organization = document.getElementById("to-organization");
  const teams = document.getElementById("to-team");
  if (!organization || !teams) return;
  for (const option of teams.options) {
    const strange = Boolean(option.dataset.organization) && option.dataset.organization !== organization.value;
    option.hidden = option.disabled = strange;
  }
  if (teams.selectedOptions[0]?.disabled) teams.value = "";
}
document.addEventListener("change", (event) => {
  if (event.target.id === "to-organization") fitTeams();
});

/* The form itself goes by htmx: refused, it comes back with its messages; started, the run appears
   beside it. */
let passwords = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt, target } = event.detail;
  const ours = elt.closest?.("#run-form") && (xhr.status === 422 || xhr.status === 429);
  if (ours) Object.assign(event.detail, { shouldSwap: true, isError: false });
  // A page never shows a password again, so what was typed is carried over here.
  // Not into a form that was filled anew.
  const refilled = elt.matches?.("a");
  passwords = target.id === "run-form" && !refilled ? [...form().querySelectorAll("[type=password]")].map((box) => [box.name, box.value]) : [];
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status !== 422 && event.detail.xhr?.status !== 429 && !passwords.length) return;
  for (const [name, value] of passwords) {
    const box = value && form()?.querySelector(`[type=password][name="${CSS.escape(name)}"]`);
    if (box) box.value = value;
  }
  passwords = [];
  prepare();
  const problems = document.getElementById("problems");
  if (event.detail.xhr?.status >= 400 && problems) {
    document.title = `Error: ${document.title.replace(/^Error: /, "")}`;
    problems.focus();
  }
});
document.addEventListener("run:started", (event) => {
  settled();
  document.title = document.title.replace(/^Error: /, "");
  for (const old of form().querySelectorAll("#problems, .msg")) old.remove();
  for (const old of form().querySelectorAll(".invalid")) old.classList.remove("invalid");
  for (const old of form().querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  announce(event.detail.said);
  document.getElementById(event.detail.focus)?.focus();
});

/* What is typed is kept as a draft: a moment later, and when the tab goes. */
let later = 0;
let unsaved = false;
const keepsDrafts = (element) => element.closest?.("#run-form[data-drafts]") && /^[abcqpht]/.test(element.name || "");

function touched(event) {
  if (!keepsDrafts(event.target) || event.target.type === "password") return;
  unsaved = true;
  clearTimeout(later);
  later = setTimeout(keepDraft, 900);
}

function settled() {
  clearTimeout(later);
  unsaved = false;
}

function keepDraft() {
  if (!unsaved || !form()) return;
  settled();
  const body = new FormData(form());
  for (const [name, value] of [...body]) if (typeof value !== "string" || /~(q|text|name)$/.test(name)) body.delete(name);
  for (const box of form().querySelectorAll("[type=password]")) body.delete(box.name);
  body.set("_do", "draft");
  const address = form().getAttribute("action");
  fetch(address, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } }).catch(() => (unsaved = true));
}

document.addEventListener("input", touched);
document.addEventListener("change", touched);
document.addEventListener("run:changed", (event) => event.detail.typed && touched({ target: form().querySelector("[name^='b'], [name^='q'], [name^='a']") || form() }));
document.addEventListener("submit", (event) => {
  if (event.target === form()) settled();
});
addEventListener("pagehide", keepDraft);

prepare();
document.getElementById("problems")?.focus();
