// The dialog that puts an asset into a text, or changes a block that stands there. The site says what
// can be chosen and makes the markdown; this file asks it, and puts the answer where the caret is.
import { flash } from "./app.js";

const FENCE = /^([`~]{3,})[ \t]*assetComponent\b.*\n[^]*?\n\1[ \t]*$/gim;

/* The block that the caret is in: where it begins and ends. */
function blockAt({ value, selectionStart: at }) {
  for (const found of value.matchAll(FENCE)) {
    const end = found.index + found[0].length;
    if (found.index <= at && at <= end) return { from: found.index, to: end, words: found[0] };
  }
  return null;
}

export function insertion({ form, text, put, block }) {
  const dialog = document.querySelector("[data-dialog]");
  const [search, choose] = dialog.querySelectorAll("[data-step]");
  const words = dialog.querySelector("#insert-words");
  const title = dialog.querySelector("h2");
  const done = dialog.querySelector("[data-put]");
  const bar = form.querySelector("[data-block-bar]");

  let slash = false; // it opened the dialog
  let wanted = ""; // the asset chosen in it
  let changed = null; // the block that is changed
  let caret = null; // browsers forget it when they give the focus back to a text
  let asked = 0;
  let arriving = Promise.resolve();
  let timer = 0;
  let pending = false; // a choice that was not asked about yet

  function open({ from = null } = {}) {
    caret = [text.selectionStart, text.selectionEnd];
    changed = from;
    wanted = "";
    title.textContent = from ? "Change how it is shown" : "Insert an asset";
    done.textContent = from ? "Change" : "Insert";
    done.disabled = true;
    search.hidden = Boolean(from);
    choices().replaceChildren();
    dialog.showModal();
    if (from) return void (arriving = offer({ block: from.words }, true));
    words.value = "";
    words.focus();
    htmx.trigger(words, "open-dialog");
  }

  const choices = () => dialog.querySelector("#insert-choices");

  /* Asks what can be chosen, and what it makes. Only the last answer counts, and none that would
     take back what was chosen or typed since. */
  async function offer(values, focus = false) {
    const mine = ++asked;
    done.disabled = true;
    const query = new URLSearchParams(Object.entries(values).flatMap(([name, each]) => [each].flat().map((value) => [name, value])));
    const answer = await fetch(`${form.dataset.block}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    const fresh = answer?.ok ? await answer.text() : "";
    if (mine !== asked || pending) return;
    if (fresh) Idiomorph.morph(choices(), fresh, { morphStyle: "outerHTML" });
    else choices().textContent = answer?.status === 404 ? "What this block shows is private, or no longer there." : "The site did not answer. Try again.";
    htmx.trigger(choices(), "htmx:afterSettle");
    if (values.block) wanted = dialog.querySelector("#insert-choices [name=asset]")?.value || "";
    done.disabled = !made();
    if (focus) (dialog.querySelector("[name=as]:checked") || dialog.querySelector("[data-close]")).focus();
  }

  const made = () => dialog.querySelector("[name=made]")?.value || "";

  function given() {
    const values = {};
    for (const [name, value] of new FormData(choose)) if (name !== "made") (values[name] ??= []).push(value);
    return { ...values, asset: wanted };
  }

  form.querySelector("[data-insert]").addEventListener("click", () => open());
  bar.querySelector("button").addEventListener("click", edit);

  function edit() {
    const from = blockAt(text);
    if (from) open({ from });
  }

  /* A slash on an empty line opens the dialog too; closed without a choice, it is a slash. */
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.altKey && blockAt(text)) {
      event.preventDefault();
      return edit();
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const before = text.value.slice(0, text.selectionStart).split("\n").at(-1);
    if (before.trim() || text.selectionStart !== text.selectionEnd || blockAt(text)) return;
    event.preventDefault();
    slash = true;
    open();
  });

  /* With the caret in a block, a bar above the text offers to change it. */
  document.addEventListener("selectionchange", () => {
    if (document.activeElement === text) bar.hidden = !blockAt(text);
  });

  function backToText() {
    text.focus();
    if (caret) text.setSelectionRange(...caret);
    caret = null;
  }

  dialog.addEventListener("close", () => {
    backToText();
    if (slash) put("/");
    slash = false;
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    if (event.target.closest("[data-put]")) take();
  });

  search.addEventListener("change", ({ target }) => {
    if (target.name !== "asset") return;
    wanted = target.value;
    arriving = offer({ asset: wanted });
  });
  function ask() {
    clearTimeout(timer);
    pending = false;
    arriving = offer(given());
  }
  choose.addEventListener("input", ({ target }) => {
    pending = true;
    clearTimeout(timer);
    timer = setTimeout(ask, target.matches("textarea, input:not([type=radio], [type=checkbox])") ? 400 : 0);
  });
  choose.addEventListener("submit", (event) => {
    event.preventDefault();
    take();
  });

  /* New results may arrive after a choice: it stays, as long as it is among them. */
  dialog.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "insert-found") return;
    const again = dialog.querySelector(`#insert-found [value="${wanted}"]`);
    if (again) again.checked = true;
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && event.target === words) {
      event.preventDefault();
      const first = dialog.querySelector("#insert-found [name=asset]");
      first?.focus();
      first?.click();
    }
    if (event.key !== "Enter" || event.target.matches("button, select, textarea")) return;
    event.preventDefault();
    take();
  });

  async function take() {
    if (!wanted) return;
    if (pending) ask();
    await arriving;
    const markdown = made();
    if (!markdown) return flash("Choose what is marked first: nothing was put into the text.");
    const whole = markdown.startsWith("```");
    const place = changed;
    slash = false;
    dialog.close();
    backToText(); // before the dialog says that it is closed
    if (place) put(markdown, place.from, place.to);
    else if (whole) block(markdown);
    else put(markdown);
  }

  return dialog;
}
