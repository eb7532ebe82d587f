// Zoom of a picture: buttons, plus and minus keys, or Ctrl and the wheel; dragging moves it.
const STEP = 1.4;

export function start(figure) {
  const room = figure.querySelector("[data-room]");
  const image = room.querySelector("img");
  const scale = figure.querySelector("[data-scale]");
  let zoom = 0; // 0 fits into the page

  function show(next) {
    const fitted = image.width;
    zoom = next && Math.min(32, Math.max(0.1, next));
    room.classList.toggle("zoomed", Boolean(zoom));
    image.style.width = zoom ? `${image.naturalWidth * zoom}px` : "";
    image.style.height = zoom ? "auto" : "";
    room.tabIndex = zoom ? 0 : -1;
    scale.textContent = zoom ? `${Math.round(zoom * 100)} %` : "";
    return fitted;
  }

  function by(step) {
    const now = zoom || image.width / image.naturalWidth;
    const middle = [(room.scrollLeft + room.clientWidth / 2) / room.scrollWidth, (room.scrollTop + room.clientHeight / 2) / room.scrollHeight];
    show(now * STEP ** step);
    room.scrollLeft = middle[0] * room.scrollWidth - room.clientWidth / 2;
    room.scrollTop = middle[1] * room.scrollHeight - room.clientHeight / 2;
  }

  figure.querySelector("[data-tools]").hidden = false;
  for (const button of figure.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => (Number(button.dataset.zoom) ? by(Number(button.dataset.zoom)) : show(0)));
  room.addEventListener("wheel", (event) => { if (event.ctrlKey) { event.preventDefault(); by(-Math.sign(event.deltaY)); } }, { passive: false });
  room.addEventListener("keydown", (event) => { if (event.key === "+" || event.key === "-") by(event.key === "+" ? 1 : -1); });
  room.addEventListener("pointermove", (event) => {
    if (!zoom || !(event.buttons & 1)) return;
    room.scrollLeft -= event.movementX;
    room.scrollTop -= event.movementY;
  });
  image.draggable = false;
}
