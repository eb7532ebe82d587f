// Crystals and molecules in three dimensions. The drawing library is fetched only where there is
// one. Data goes in as text, never as markup.
const STYLES = {
  balls: { stick: { radius: 0.12, colorscheme: "Jmol" }, sphere: { scale: 0.3, colorscheme: "Jmol" } },
  spheres: { sphere: { scale: 0.85, colorscheme: "Jmol" } },
  sticks: { stick: { radius: 0.18, colorscheme: "Jmol" } },
};
const SMALL = 30; // atoms; around few of them the library leaves much room
const MOST_ATOMS = 20000;
const MOST_ON_FACES = 1500;
const MOST_FRAMES = 2000;

let library;
function load(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.$3Dmol);
    script.onerror = () => reject(new Error("The drawing library could not be loaded."));
    document.head.append(script);
  });
  return library;
}

class Structure {
  constructor(figure, drawing, text) {
    this.figure = figure;
    this.drawing = drawing;
    this.frames = figure.dataset.format === "xyz" ? framesOf(text) : [labelled(text)];
    this.shown = 0;
    this.canvas = figure.querySelector("[data-canvas]");
    this.style = "balls";
    this.repeat = 1;
    this.spinning = false;
    this.viewer = drawing.createViewer(this.canvas, { backgroundAlpha: 0, antialias: true, lowerZoomLimit: 1 });
    this.draw();
    this.frame();
    this.colourKey();
    this.listen();
  }

  draw() {
    const { viewer } = this;
    viewer.removeAllModels();
    viewer.removeAllShapes();
    viewer.removeAllLabels();
    const { format } = this.figure.dataset;
    this.model = viewer.addModel(this.frames[this.shown], format, { doAssembly: true, duplicateAssemblyAtoms: true, normalizeAssembly: true });
    this.hasCell = Boolean(this.model.getCrystData?.() || this.model.modelData?.cryst);
    if (this.hasCell) this.drawCell();
    viewer.setStyle({}, STYLES[this.style]);
  }

  drawCell() {
    const ink = colour("--ink-2");
    const arrow = { radius: 0.06, midpos: -1 };
    const label = (text) => ({ text, font: "sans-serif", fontSize: 18, fontColor: colour("--ink"), showBackground: false, inFront: true, alignment: "center" });
    this.viewer.addUnitCell(this.model, {
      box: { color: ink },
      astyle: { ...arrow, color: ink }, bstyle: { ...arrow, color: ink }, cstyle: { ...arrow, color: ink },
      alabel: "a", blabel: "b", clabel: "c",
      alabelstyle: label("a"), blabelstyle: label("b"), clabelstyle: label("c"),
    });
    // Once: the atoms on the faces of the cell are repeated on the faces across.
    const times = this.repeat > 1 || this.model.selectedAtoms({}).length <= MOST_ON_FACES ? this.repeat : 0;
    if (times) this.viewer.replicateUnitCell(times, times, times, this.model, true);
  }

  turnABit() {
    this.viewer.rotate(-70, "x");
    this.viewer.rotate(-25, "z");
    this.viewer.rotate(8, "x");
  }

  colourKey() {
    const colours = this.drawing.elementColors.Jmol;
    for (const dot of this.figure.querySelectorAll("[data-element]")) {
      const code = colours[dot.dataset.element];
      if (code !== undefined) dot.style.background = `#${code.toString(16).padStart(6, "0")}`;
    }
  }

  listen() {
    for (const tool of this.figure.querySelectorAll("[data-tool]")) {
      const needsCell = tool.dataset.tool === "repeat";
      tool.closest("[data-tools]").hidden = false;
      tool.hidden = needsCell && !this.hasCell;
      tool.addEventListener(tool.dataset.on || "click", () => this.use(tool));
    }
    this.offerFrames();
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.viewer.resize()).observe(this.canvas);
    const redraw = () => this.again();
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  use(tool) {
    const action = tool.dataset.tool;
    if (action === "style") this.restyle(tool);
    if (action === "repeat") this.repeatBy(Number(tool.value));
    if (action === "spin") this.toggleSpin(tool);
    if (action === "reset") this.reset();
  }

  restyle(tool) {
    this.style = tool.dataset.style;
    for (const other of this.figure.querySelectorAll("[data-tool=style]")) other.setAttribute("aria-pressed", String(other === tool));
    this.viewer.setStyle({}, STYLES[this.style]);
    this.viewer.render();
  }

  repeatBy(times) {
    this.repeat = times;
    this.again();
    this.viewer.zoomTo();
    this.viewer.zoom(0.95);
    this.viewer.render();
  }

  offerFrames() {
    const bar = this.figure.querySelector("[data-frames]");
    if (!bar || this.frames.length < 2) return;
    const slider = bar.querySelector("input");
    slider.max = this.frames.length;
    bar.querySelector("output").textContent = `1 of ${this.frames.length}`;
    bar.hidden = false;
    slider.addEventListener("input", () => {
      this.shown = Number(slider.value) - 1;
      bar.querySelector("output").textContent = `${slider.value} of ${this.frames.length}`;
      this.again();
    });
  }

  toggleSpin(tool) {
    this.spinning = !this.spinning;
    tool.setAttribute("aria-pressed", String(this.spinning));
    this.viewer.spin(this.spinning ? "y" : false, 0.6);
  }

  reset() {
    const view = this.viewer.getView();
    this.viewer.setView([...view.slice(0, 4), 0, 0, 0, 1]);
    this.frame();
  }

  frame() {
    this.turnABit();
    this.viewer.zoomTo();
    const isSmall = Number(this.figure.dataset.atoms) <= SMALL;
    this.viewer.zoom(this.hasCell ? 0.95 : isSmall ? 1.4 : 1);
    this.viewer.render();
  }

  again() {
    const view = this.viewer.getView();
    this.draw();
    this.viewer.setView(view);
    this.viewer.render();
  }

  key(event) {
    const turns = { ArrowLeft: ["y", -10], ArrowRight: ["y", 10], ArrowUp: ["x", -10], ArrowDown: ["x", 10] };
    if (turns[event.key]) this.viewer.rotate(turns[event.key][1], turns[event.key][0]);
    else if (event.key === "+" || event.key === "=") this.viewer.zoom(1.15);
    else if (event.key === "-") this.viewer.zoom(1 / 1.15);
    else return;
    event.preventDefault();
    this.viewer.render();
  }
}

/* A design token as the colour it has now; the library reads no CSS functions. */
function colour(token) {
  const probe = document.createElement("i");
  probe.hidden = true;
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/* The library names the atoms of a CIF by their labels, which a file may leave out. */
function labelled(text) {
  return /^\s*_atom_site_label\b/m.test(text) ? text : text.replace(/^(\s*)_atom_site_type_symbol\b/m, "$1_atom_site_label");
}

/* An XYZ file may hold many frames, each with the number of its atoms first. */
function framesOf(text) {
  const lines = text.split("\n");
  const frames = [];
  for (let at = 0; at < lines.length; ) {
    const atoms = Number.parseInt(lines[at], 10);
    if (!(atoms > 0) || frames.length >= MOST_FRAMES) break;
    frames.push(lines.slice(at, at + atoms + 2).join("\n"));
    at += atoms + 2;
  }
  return frames.length ? frames : [text];
}

export async function start(figure) {
  const note = figure.querySelector("[data-note]");
  try {
    const [drawing, text] = await Promise.all([load(figure.dataset.library), read(figure.dataset.content)]);
    if (Number(figure.dataset.atoms) > MOST_ATOMS) throw new Error("Too many atoms to draw here.");
    new Structure(figure, drawing, text);
    note.hidden = true;
  } catch (problem) {
    note.textContent = `No drawing: ${problem.message || "this browser cannot draw in three dimensions."} The facts stand beside it.`;
  }
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("the file could not be read.");
  return answer.text();
}
