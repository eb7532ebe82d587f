// Inside the closed frame: draws the one diagram it is handed, and tells how high it became. A page
// without an origin cannot say to whom it speaks; it holds nothing but the source it was given.
const tell = (message) => parent.postMessage(message, "*");

addEventListener("message", async ({ data, source }) => {
  if (source !== parent || typeof data?.source !== "string") return;
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    theme: data.dark ? "dark" : "neutral",
    fontFamily: "system-ui, sans-serif",
    suppressErrorRendering: true,
  });
  try {
    const { svg } = await mermaid.render("diagram", data.source);
    document.body.innerHTML = svg;
    document.body.style.margin = 0;
    tell({ height: document.body.firstElementChild.getBoundingClientRect().height });
  } catch (error) {
    tell({ error: String(error.message || error).slice(0, 300) });
  }
});
tell({ ready: true });
