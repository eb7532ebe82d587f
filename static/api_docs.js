/* Draws the API's document. The bundle is a plain script that runs before modules do. */
const place = document.querySelector("#api-docs");
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

/* Its own dark look goes by a class, ours by the switch of the header or the reader's system. */
function follow() {
  const theme = root.dataset.theme || (system.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}

follow();
system.addEventListener("change", follow);
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });

window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  defaultModelsExpandDepth: -1,
});
