// glTF, STL and OBJ bodies. Everything they need is in the one file; nothing else is fetched.
const PAINT = 0x8fa3b5;

let library;
function load(address) {
  library ??= import(address);
  return library;
}

/* The loader would fetch pictures inside a file through an address that the site's policy closes;
   without this function of the browser it shows them as images, which are allowed. */
function withoutBitmaps(work) {
  const kept = globalThis.createImageBitmap;
  globalThis.createImageBitmap = undefined;
  return work().finally(() => { globalThis.createImageBitmap = kept; });
}

async function parse(three, format, answer) {
  if (format === "glb") {
    const bytes = await answer.arrayBuffer();
    const manager = new three.LoadingManager();
    manager.setURLModifier((url) => (/^(blob|data):/.test(url) ? url : "data:,"));
    const found = await withoutBitmaps(() => new three.GLTFLoader(manager).parseAsync(bytes, ""));
    return found.scene;
  }
  const material = new three.MeshStandardMaterial({ color: PAINT, roughness: 0.65, metalness: 0.1, side: three.DoubleSide });
  if (format === "stl") {
    const shape = new three.STLLoader().parse(await answer.arrayBuffer());
    shape.computeVertexNormals();
    return new three.Group().add(new three.Mesh(shape, material));
  }
  const body = new three.OBJLoader().parse(await answer.text());
  body.traverse((part) => { if (part.isMesh) part.material = material; });
  return body;
}

class Model {
  constructor(figure, three, body) {
    this.figure = figure;
    this.three = three;
    this.body = body;
    this.room = figure.querySelector("[data-canvas]");
    this.renderer = new three.WebGLRenderer({ antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.room.append(this.renderer.domElement);
    this.camera = new three.PerspectiveCamera(35, 1, 0.01, 100);
    this.scene = new three.Scene();
    const sun = new three.DirectionalLight(0xffffff, 2.2);
    sun.position.set(2, 4, 3);
    this.camera.add(sun);
    this.holder = new three.Group().add(body);
    this.scene.add(this.holder, new three.HemisphereLight(0xffffff, 0x6b6259, 1.6), this.camera);
    this.controls = new three.OrbitControls(this.camera, this.renderer.domElement);
    this.controls.addEventListener("change", () => this.draw());
    this.centre();
    this.frame();
    this.tell();
    this.listen();
  }

  centre() {
    const box = new this.three.Box3().setFromObject(this.body);
    this.size = box.getSize(new this.three.Vector3());
    this.radius = this.size.length() / 2 || 1;
    this.body.position.sub(box.getCenter(new this.three.Vector3()));
    this.holder.scale.setScalar(1 / this.radius);
  }

  frame() {
    this.camera.position.set(2.2, 1.6, 2.8);
    this.controls.target.set(0, 0, 0);
    this.controls.update();
    this.resize();
  }

  resize() {
    const { clientWidth, clientHeight } = this.room;
    if (!clientWidth || !clientHeight) return;
    this.renderer.setSize(clientWidth, clientHeight);
    this.camera.aspect = clientWidth / clientHeight;
    this.camera.updateProjectionMatrix();
    this.draw();
  }

  draw() {
    this.renderer.render(this.scene, this.camera);
  }

  tell() {
    let faces = 0;
    this.body.traverse(({ isMesh, geometry }) => { if (isMesh) faces += (geometry.index?.count ?? geometry.attributes.position.count) / 3; });
    const sides = [this.size.x, this.size.y, this.size.z].map((side) => Number(side.toPrecision(3))).join(" × ");
    this.figure.querySelector("[data-facts]").textContent = `${Math.round(faces).toLocaleString("en")} triangles, ${sides} units`;
  }

  listen() {
    this.figure.querySelector("[data-tools]").hidden = false;
    const press = (tool, on) => tool.setAttribute("aria-pressed", String(on));
    const actions = {
      reset: () => this.frame(),
      wire: (tool) => { this.wire = !this.wire; press(tool, this.wire); this.body.traverse((part) => { if (part.isMesh) part.material.wireframe = this.wire; }); this.draw(); },
      spin: (tool) => { this.controls.autoRotate = !this.controls.autoRotate; press(tool, this.controls.autoRotate); this.renderer.setAnimationLoop(this.controls.autoRotate ? () => this.controls.update() : null); },
    };
    for (const tool of this.figure.querySelectorAll("[data-tool]")) tool.addEventListener("click", () => actions[tool.dataset.tool](tool));
    this.room.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resize()).observe(this.room);
  }

  key(event) {
    const turns = { ArrowLeft: [0, 0.15], ArrowRight: [0, -0.15], ArrowUp: [-0.15, 0], ArrowDown: [0.15, 0] };
    const turn = turns[event.key];
    if (turn) { this.holder.rotation.x += turn[0]; this.holder.rotation.y -= turn[1]; }
    else if (event.key === "+" || event.key === "=") this.camera.position.multiplyScalar(0.85);
    else if (event.key === "-") this.camera.position.multiplyScalar(1 / 0.85);
    else return;
    event.preventDefault();
    this.controls.update();
    this.draw();
  }
}

export async function start(figure) {
  const note = figure.querySelector("[data-note]");
  try {
    const [three, answer] = await Promise.all([load(figure.dataset.library), fetch(figure.dataset.content)]);
    if (!answer.ok) throw new Error("the file could not be read.");
    new Model(figure, three, await parse(three, figure.dataset.format, answer));
    note.hidden = true;
  } catch (problem) {
    note.textContent = `No drawing: ${problem.message}`;
  }
}
