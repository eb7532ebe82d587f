// Embeds that live: pinned runs that are still at work, and run forms within a text.
import { announce } from "./app.js";

/* Embeds of running runs ask for themselves again until they have ended. */
const FIRST = 2000;
const SLOWEST = 15_000;

async function renew(box, wait, etag) {
  await new Promise((resolve) => setTimeout(resolve, wait));
  if (!box.isConnected) return;
  if (document.hidden) return renew(box, wait, etag);
  let fresh = box;
  try {
    const answer = await fetch(box.dataset.again, { headers: etag ? { "If-None-Match": etag } : {} });
    if (answer.status >= 400) return;
    if (answer.status === 200) {
      etag = answer.headers.get("ETag");
      fresh = replaced(box, await answer.text());
    }
  } catch {
    // The site cannot be reached just now; it is asked again later.
  }
  if (fresh.dataset.again) renew(fresh, Math.min(wait * 1.3, SLOWEST), etag);
}

/* What the reader opened stays open. */
function replaced(box, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  const open = [...box.querySelectorAll("details")].map((fold) => fold.open);
  fresh.querySelectorAll("details").forEach((fold, at) => (fold.open = open[at] || fold.open));
  box.replaceWith(fresh);
  settle(fresh);
  announceState(box, fresh);
  return fresh;
}

/* As after any part that arrives: its viewers, charts and times come alive. */
function settle(box) {
  if (box.dataset.again) box.dataset.followed = "";
  htmx.trigger(box, "htmx:afterSettle");
}

function announceState(before, after) {
  const [old, now] = [before, after].map((box) => box.querySelector(".status")?.textContent.trim());
  if (now && old !== now) announce(`The run in this text: ${now}.`);
}

/* A run form within a text: the route's own form, fetched when it is opened. One at a time, since
   its fields are found by their names. */
async function openForm(embed, focus = true) {
  const page = await part(embed.dataset.runForm);
  const form = page?.querySelector("#run-form");
  if (!form) return void location.assign(embed.dataset.runForm);
  document.querySelector("#run-form")?.closest("div").remove();
  const box = document.createElement("div");
  box.className = "run-here";
  box.append(form);
  embed.querySelector(":scope > footer").before(box);
  for (const sheet of page.querySelectorAll('link[rel="stylesheet"]')) {
    if (!document.querySelector(`link[href="${sheet.getAttribute("href")}"]`)) document.head.append(sheet.cloneNode());
  }
  const script = page.querySelector('script[src*="run."]');
  if (script) await import(script.getAttribute("src"));
  document.dispatchEvent(new CustomEvent("run:changed", { detail: { focus: "", said: focus ? "The form is open." : "" } }));
  if (focus) box.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

async function part(address, options) {
  const answer = await fetch(address, options);
  const kept = answer.ok || answer.status === 422 || answer.status === 429;
  return kept ? Object.assign(new DOMParser().parseFromString(await answer.text(), "text/html"), { from: answer.url }) : null;
}

/* Running it stays in the text: the run appears where the form was, and is followed there. */
async function runHere(form, button) {
  const body = new FormData(form, button);
  const embed = form.closest("[data-run-form]");
  const page = await part(form.action, { method: "POST", body });
  if (!page) return void form.submit();
  const run = new URL(page.from).pathname.match(/^\/actions\/([0-9a-f-]{36})$/);
  if (!run) {
    const again = page.querySelector("#run-form");
    form.replaceWith(again);
    document.dispatchEvent(new CustomEvent("run:changed", { detail: { focus: again.querySelector(".problems")?.id || "", said: "" } }));
    return again.querySelector("#problems")?.focus();
  }
  const block = { id: embed.dataset.route, assetType: "route", viewMode: "preview", displayConfig: { actionId: run[1] } };
  const answer = await fetch(`/posts/aids/embed?block=${encodeURIComponent(JSON.stringify(block))}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
  embed.after(fresh);
  settle(fresh);
  if (fresh.dataset.again) renew(fresh, FIRST);
  fresh.tabIndex = -1;
  fresh.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest(".prose [data-open-form]");
  if (!opener || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (opener.closest("form")) return announce("The form opens in the post itself, not in its preview.");
  openForm(opener.closest("[data-run-form]"));
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".prose #run-form")) return;
  event.preventDefault();
  runHere(event.target, event.submitter);
});

/* The first form of a text stands open. */
export function enliven(within) {
  for (const box of within.querySelectorAll(".prose [data-again]:not([data-followed])")) {
    box.dataset.followed = "";
    renew(box, FIRST);
  }
  const first = document.querySelector(".prose [data-run-form]");
  if (first && !first.closest("form") && !document.querySelector("#run-form")) openForm(first, false);
}
