// A conversation: begins at its end, follows what is said, completes @names.
import { mentions } from "./mentions.js";

function compose(form) {
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "1";
  const text = form.querySelector("textarea");
  const people = form.querySelector("[data-people-list]");
  const names = mentions(text, people, form.dataset.people);
  text.addEventListener("keydown", (event) => {
    if (!people.hidden && !event.ctrlKey && !event.metaKey) names.choose(event);
  });
  if (text.hasAttribute("autofocus")) text.focus();
}

const atEnd = () => innerHeight + scrollY > document.documentElement.scrollHeight - 120;
const toEnd = () => scrollTo(0, document.documentElement.scrollHeight);
let follows = true;

compose(document.querySelector("[data-composer]"));
if (!location.hash && !location.search) toEnd();
document.addEventListener("htmx:beforeSwap", () => (follows = atEnd()));
document.addEventListener("htmx:afterSettle", (event) => {
  compose(document.querySelector("[data-composer]"));
  if (event.detail.target?.id !== "older" && follows) toEnd();
});
