// Tells pages in closed frames whether the site is light or dark, as those of Ouro's own helpers ask.
export function start(figure) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
  // The frame has no origin that could be named; what is told is no secret.
  const tell = (frame) => frame.contentWindow?.postMessage({ type: "ouro-theme", theme: theme() }, "*");
  const frames = [...figure.querySelectorAll("iframe.sandbox")];
  for (const frame of frames) { frame.addEventListener("load", () => tell(frame)); tell(frame); }
  const all = () => frames.forEach(tell);
  new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", all);
}
