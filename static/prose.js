// Comforts of rendered texts: copy buttons on code, the current part in the table of contents.
const icon = document.querySelector("use")?.getAttribute("href").split("#")[0];

function copyButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn quiet small end";
  button.dataset.copy = "";
  button.textContent = "Copy";
  if (icon) button.insertAdjacentHTML("afterbegin", `<svg class="i" aria-hidden="true"><use href="${icon}#i-copy"/></svg>`);
  return button;
}

export function dress(within = document) {
  for (const figure of within.querySelectorAll(".prose figure.code:not(:has([data-copy]))")) {
    let caption = figure.querySelector("figcaption");
    if (!caption) figure.prepend((caption = document.createElement("figcaption")));
    caption.append(copyButton());
  }
  // What scrolls sideways can be reached by keyboard.
  for (const box of within.querySelectorAll(".prose pre, .prose .scroll, .prose .display-math")) {
    if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) box.tabIndex = 0;
  }
}

function followHeadings() {
  const links = new Map([...document.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
  const parts = [...links.keys()].map((id) => document.getElementById(decodeURIComponent(id))).filter(Boolean);
  if (!parts.length) return;
  const mark = () => {
    const past = parts.filter((part) => part.getBoundingClientRect().top < 120);
    const now = links.get((past.at(-1) || parts[0]).id);
    for (const link of links.values()) link.toggleAttribute("aria-current", false);
    now?.setAttribute("aria-current", "true");
  };
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  mark();
}

/* Only texts that need them fetch what draws diagrams, and what makes embeds live. */
async function draw(within = document) {
  if (within.querySelector(".prose figure.drawing")) (await import("./drawings.js")).draw(within);
  if (within.querySelector(".prose [data-again], .prose [data-run-form]")) (await import("./embeds.js")).enliven(within);
}

dress();
draw();
followHeadings();
document.addEventListener("htmx:afterSettle", (event) => {
  const within = event.target.parentElement || document;
  dress(within);
  draw(within);
});
