// Loads the script of each viewer on the page that names one, once it is needed.
async function start(figure) {
  figure.dataset.started = "";
  const viewer = await import(figure.dataset.viewer);
  viewer.start(figure);
}

function startAll() {
  for (const figure of document.querySelectorAll("[data-viewer]:not([data-started])")) start(figure);
}

startAll();
document.addEventListener("htmx:afterSettle", startAll);
