// Uploading in parts, with progress, going on where it was cut. Without this file the form sends
// everything at once.
import { announce } from "./app.js";
import { send } from "./parts.js";

const AT_ONCE = 3;

const form = document.querySelector("[data-upload]");
const queue = form.querySelector("[data-queue]");
const chooser = form.querySelector("input[name=file]");
const drop = form.querySelector("[data-drop]");
const folder = form.querySelector("[data-folder]");
const address = form.querySelector("input[name=address]");
const button = form.querySelector(".bar [type=submit]");
const row = document.querySelector("[data-upload-row]").content.firstElementChild;
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const waiting = new Set();
let shown = 0;

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  return `${(bytes / 1000 ** step).toFixed(1)} ${units[step - 1]}`;
}

/* One file on its way: its line in the list, its bytes, and what the site made of them. */
class Sending {
  constructor(file, path) {
    this.file = file;
    this.path = path || file.name;
    this.stopping = new AbortController();
    this.item = row.cloneNode(true);
    this.bar = this.item.querySelector("progress");
    this.item.querySelector(".main").textContent = this.path;
    const out = this.item.querySelector("[data-out]");
    out.setAttribute("aria-label", `Take ${this.path} out`);
    out.addEventListener("click", () => this.takeOut());
    this.say(size(file.size));
    this.bar.setAttribute("aria-label", `${this.path}, sent`);
    this.bar.hidden = true;
    queue.append(this.item);
    waiting.add(this);
  }

  say(text, bad = false) {
    const note = this.item.querySelector("small");
    note.textContent = text;
    note.classList.toggle("bad", bad);
  }

  takeOut() {
    this.stopping.abort();
    waiting.delete(this);
    this.item.remove();
    chooser.focus();
  }

  async go() {
    this.bar.hidden = false;
    try {
      if (!this.id) this.id = await this.send();
      await this.make();
    } catch (problem) {
      if (!this.stopping.signal.aborted) this.say(`${problem.message} Press Upload to go on where it stopped.`, true);
      this.bar.hidden = true;
    }
  }

  send() {
    const { upload: to, library: from, direct } = form.dataset;
    const onProgress = (sent, whole) => this.progress(sent, whole);
    return send(this.file, { to, from, direct, token, onProgress, signal: this.stopping.signal });
  }

  progress(sent, whole) {
    this.bar.value = whole ? (100 * sent) / whole : 0;
    this.say(sent < whole ? `${size(sent)} of ${size(whole)}` : "Checking …");
  }

  async make(again = false) {
    const data = new FormData(form);
    data.delete("file");
    data.delete("address");
    data.set("upload", this.id);
    if (this.path !== this.file.name) data.set("name", this.path);
    if (again) data.set("again", "on");
    const { status, body } = await post(data);
    if (status === 409) this.offer(body.twin);
    else if (status === 201) this.done(body.files[0]);
    else throw new Error(body.error || `The site answered ${status}.`);
  }

  offer(twin) {
    this.bar.hidden = true;
    this.say(`These bytes are here already, as ${twin.name}.`);
    const choices = this.item.querySelector(".choices");
    const [use, copy] = choices.children;
    choices.hidden = false;
    use.href = twin.url;
    copy.onclick = async () => {
      choices.hidden = true;
      await this.make(true).catch((problem) => this.say(problem.message, true));
    };
    waiting.delete(this);
    this.twin = twin;
  }

  done(file) {
    waiting.delete(this);
    this.made = file;
    this.bar.hidden = true;
    const link = document.createElement("a");
    link.className = "main";
    link.href = file.url;
    link.textContent = file.name;
    this.item.querySelector(".main").replaceWith(link);
    this.item.querySelector("[data-out]").remove();
    this.say(`${size(file.size)}, uploaded`);
  }
}

async function post(data) {
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
  const body = await answer.json().catch(() => ({}));
  return { status: answer.status, body };
}

function add(files) {
  for (const { file, path } of files) new Sending(file, path);
  chooser.value = "";
}

function plain(list) {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath }));
}

/* Dropped things may be folders, which only this interface opens. */
async function opened(entry, path = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path: path + file.name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await opened(inner, `${path}${entry.name}/`)));
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return add(plain(transfer.files));
  for (const entry of entries) add(await opened(entry));
}

async function uploadAll() {
  button.disabled = true;
  const all = [...waiting];
  const turns = [...all];
  const work = async () => {
    for (let next = turns.shift(); next; next = turns.shift()) await next.go();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  button.disabled = false;
  announce(waiting.size ? `${waiting.size} of ${all.length} could not be uploaded.` : "Everything is uploaded.");
  shown += all.length;
  if (shown === 1 && all[0].made) location.assign(all[0].made.url);
}

form.addEventListener("submit", (event) => {
  const asked = event.submitter?.closest("#received");
  if (asked || (!waiting.size && address.value.trim())) return; // the form itself does that
  event.preventDefault();
  if (waiting.size) uploadAll();
  else chooser.click();
});
window.addEventListener("beforeunload", (event) => { if (button.disabled && waiting.size) event.preventDefault(); });
window.addEventListener("paste", (event) => { if (event.clipboardData.files.length) add(plain(event.clipboardData.files)); });
chooser.addEventListener("change", () => add(plain(chooser.files)));
folder.hidden = !("webkitdirectory" in HTMLInputElement.prototype);
folder.querySelector("input").addEventListener("change", ({ target }) => { add(plain(target.files)); target.value = ""; });
for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); dropped(event.dataTransfer); });
