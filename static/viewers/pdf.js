// Pages of a PDF, each drawn when it comes near, with its words over it to select and to read out.
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

class Pages {
  constructor(figure, pdf, library) {
    this.figure = figure;
    this.pdf = pdf;
    this.library = library;
    this.room = figure.querySelector("[data-pages]");
    this.zoom = 2;
    this.watch = new IntersectionObserver((seen) => { for (const { isIntersecting, target } of seen) if (isIntersecting) this.draw(target); }, { root: this.room, rootMargin: "400px" });
    figure.querySelector("[data-count]").textContent = `${pdf.numPages} page${pdf.numPages === 1 ? "" : "s"}`;
    for (const button of figure.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => this.zoomBy(Number(button.dataset.zoom)));
    figure.querySelector("[data-tools]").hidden = false;
  }

  async lay() {
    const first = (await this.pdf.getPage(1)).getViewport({ scale: 1 });
    this.fit = Math.min(1.4, (this.room.clientWidth - 32) / first.width);
    this.room.replaceChildren();
    for (let number = 1; number <= this.pdf.numPages; number += 1) {
      const page = document.createElement("div");
      page.className = "sheet-of-paper";
      page.dataset.number = number;
      this.size(page, first);
      this.room.append(page);
      this.watch.observe(page);
    }
  }

  get scale() {
    return this.fit * ZOOMS[this.zoom];
  }

  size(page, { width, height }) {
    page.style.width = `${width * this.scale}px`;
    page.style.height = `${height * this.scale}px`;
  }

  zoomBy(step) {
    this.zoom = Math.min(ZOOMS.length - 1, Math.max(0, this.zoom + step));
    const at = this.room.scrollTop / this.room.scrollHeight;
    this.lay().then(() => { this.room.scrollTop = at * this.room.scrollHeight; });
  }

  async draw(sheet) {
    this.watch.unobserve(sheet);
    const page = await this.pdf.getPage(Number(sheet.dataset.number));
    const viewport = page.getViewport({ scale: this.scale });
    this.size(sheet, page.getViewport({ scale: 1 }));
    const canvas = document.createElement("canvas");
    const sharp = Math.min(2, devicePixelRatio || 1);
    canvas.width = viewport.width * sharp;
    canvas.height = viewport.height * sharp;
    const words = document.createElement("div");
    words.className = "textLayer";
    words.style.setProperty("--total-scale-factor", this.scale);
    words.style.setProperty("--scale-factor", this.scale);
    sheet.replaceChildren(canvas, words);
    await page.render({ canvas, viewport, transform: [sharp, 0, 0, sharp, 0, 0] }).promise;
    await new this.library.TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport }).render();
  }
}

export async function start(figure) {
  const note = figure.querySelector("[data-note]");
  try {
    const library = await import(figure.dataset.library);
    library.GlobalWorkerOptions.workerSrc = figure.dataset.worker;
    const pdf = await library.getDocument({ url: figure.dataset.content, enableXfa: false, stopAtErrors: false, maxImageSize: 64e6 }).promise;
    await new Pages(figure, pdf, library).lay();
  } catch (problem) {
    note.textContent = problem.name === "PasswordException" ? "This document asks for a password. Download it to read it." : "The pages cannot be shown here. Download the file to read it.";
  }
}
