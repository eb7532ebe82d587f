// Diagrams and drawings of texts: their source stands on the page, and is drawn where nothing of it
// can act. Mermaid runs in a closed frame; an SVG is an image, in which browsers run no script.
const MOST = 20; // of one page; each diagram is a frame with a library in it
const TALLEST = 2000;
const FRAME = "/posts/diagram";

const dark = () => getComputedStyle(document.documentElement).colorScheme === "dark" || (document.documentElement.dataset.theme || "") === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);

function fold(figure) {
  const source = figure.querySelector("pre");
  const fold = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "Source";
  source.replaceWith(fold);
  fold.append(summary, source);
  return fold;
}

function diagram(figure) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.referrerPolicy = "no-referrer";
  frame.title = "Diagram; its source follows";
  frame.src = FRAME;
  const source = figure.querySelector("pre").textContent;
  const ask = () => frame.contentWindow.postMessage({ source, dark: dark() }, "*");
  const listen = ({ data, source: from }) => {
    if (from !== frame.contentWindow) return;
    if (data.ready) ask();
    if (Number.isFinite(data.height)) frame.style.height = `${Math.min(Math.max(data.height, 40), TALLEST)}px`;
    if (data.height) figure.dataset.drawn = "";
    if (data.error) refuse(figure, frame, data.error);
  };
  addEventListener("message", listen);
  fold(figure).before(frame);
}

/* A diagram that is no diagram: its source opens, with the reason. */
function refuse(figure, frame, reason) {
  const note = document.createElement("p");
  note.className = "muted sm";
  note.textContent = `This diagram cannot be drawn: ${String(reason).split("\n")[0]}`;
  frame.replaceWith(note);
  figure.querySelector("details").open = true;
  figure.dataset.drawn = "";
}

function drawing(figure) {
  const source = figure.querySelector("pre").textContent;
  const picture = document.createElement("img");
  const named = source.includes("xmlns=") ? source : source.replace(/<svg/i, '<svg xmlns="http://www.w3.org/2000/svg"');
  picture.alt = titleOf(source) || "Drawing; its source follows";
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(named)}`;
  picture.addEventListener("error", () => refuse(figure, picture, "it is no valid SVG."));
  figure.dataset.drawn = "";
  fold(figure).before(picture);
}

/* Read as words: a parser would complain of each style in it to the console. */
function titleOf(source) {
  const words = document.createElement("textarea"); // whose content is text, with entities read
  words.innerHTML = source.match(/<title[^>]*>([^<]*)</i)?.[1] || "";
  return words.value.trim();
}

export function draw(within) {
  const room = MOST - document.querySelectorAll(".drawing details").length;
  for (const figure of [...within.querySelectorAll(".prose figure.drawing:not(:has(details))")].slice(0, Math.max(room, 0))) {
    (figure.classList.contains("mermaid") ? diagram : drawing)(figure);
  }
}
