// What of three.js the viewer of 3D models needs; static/vendor/README.md says how it becomes one file.
export { AmbientLight, Box3, Color, DirectionalLight, EdgesGeometry, GridHelper, Group, HemisphereLight, LoadingManager, Mesh, MeshStandardMaterial, PerspectiveCamera, Scene, SRGBColorSpace, Vector3, WebGLRenderer, DoubleSide, ACESFilmicToneMapping, NeutralToneMapping, AnimationMixer, Clock } from "three";
export { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
export { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
export { STLLoader } from "three/examples/jsm/loaders/STLLoader.js";
export { OBJLoader } from "three/examples/jsm/loaders/OBJLoader.js";
