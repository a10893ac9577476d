/**
 * An object over its photo and the same object from the side, in one WebGL context, with handles to pull at; and its
 * silhouette on the grid on which overlap is counted.
 *
 * The world is the photo's camera frame with glTF's axes: right, up, backward; the camera stands at the origin.
 */

import {
  AmbientLight,
  BufferGeometry,
  Color,
  DirectionalLight,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineLoop,
  LineSegments,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  type Object3D,
  PerspectiveCamera,
  Quaternion,
  Scene,
  type Vector3,
  WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import { TransformControls } from "three/addons/controls/TransformControls.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { fromGl, type Matrix, type Picture, type Pose, toGl } from "../core/alignFrames";
import { type Grid, gridOf } from "../core/alignOverlap";
import type { Points } from "../core/alignPoints";
import { DepthMaterial, type Drawn } from "./depthMaterial";
import { viewportOf } from "./pane";
import { PointCloud } from "./pointCloud";
import { signedFetch } from "./signedFetch";

export class NoAlignContextError extends Error {}

export type GizmoMode = "translate" | "rotate" | "scale" | "none";

export interface PhotoView {
  /** Part of the photo that the pane shows, in photo pixels; it has the pane's proportions. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface AlignStageEvents {
  onGizmo(pose: Pose): void;
  onGizmoEnd(): void;
  onDrawn(drawn: Drawn): void;
  onContext(isLost: boolean): void;
}

export interface AlignLook {
  readonly isSolid: boolean;
  readonly opacity: number;
  readonly gizmo: GizmoMode;
  readonly hasRing: boolean;
}

const SIDE_FIELD = 32;
const RING_STEPS = 64;
const DEGREES_PER_PIXEL = 0.45;

export class AlignStage {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(40, 1, 0.01, 1000);
  private readonly side = new PerspectiveCamera(SIDE_FIELD, 1, 0.01, 1000);
  private readonly silhouetteCamera = new PerspectiveCamera(40, 1, 0.01, 1000);
  /** Carries the pose; what the handles pull at. */
  private readonly carrier = new Group();
  private readonly model = new Group();
  private readonly ring = ringLines();
  private readonly sight = sightLine();
  private readonly surface = new MeshLambertMaterial({ side: DoubleSide, transparent: true });
  private readonly depth = new DepthMaterial();
  private readonly cloud = new PointCloud();
  private readonly depthOnly = new MeshBasicMaterial({ colorWrite: false, side: DoubleSide });
  private readonly controls: TransformControls;
  private readonly gizmo: Object3D;
  private target: WebGLRenderTarget | null = null;
  private readonly stop = new AbortController();
  private readonly resizes: ResizeObserver;
  private placed: Pose | null = null;
  private picture: Picture | null = null;
  private view: PhotoView | null = null;
  private look: AlignLook = { isSolid: true, opacity: 1, gizmo: "none", hasRing: false };
  private orbit = { azimuth: 65, elevation: 20, distance: 2.5 };
  private frame: number | null = null;
  private isSilhouetteDue = false;
  private isLost = false;
  private isPulling = false;
  private generation = 0;

  /** `photo` and `side` are the page's panes. Throws NoAlignContextError where the browser gives no context. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly panes: { readonly photo: HTMLElement; readonly side: HTMLElement },
    private readonly events: AlignStageEvents,
  ) {
    try {
      this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    } catch {
      throw new NoAlignContextError("no WebGL context");
    }
    this.renderer.setClearColor(0x000000, 0);
    this.renderer.autoClear = false;
    const key = new DirectionalLight(0xffffff, 2.1);
    key.position.set(-0.6, 0.9, 1);
    this.scene.add(new AmbientLight(0xffffff, 1.1), key, this.carrier, this.sight, this.cloud);
    this.carrier.add(this.model, this.ring);
    this.controls = new TransformControls(this.camera, panes.photo);
    this.controls.attach(this.carrier);
    this.gizmo = this.controls.getHelper();
    this.scene.add(this.gizmo);
    this.listen();
    this.resizes = new ResizeObserver(() => this.invalidate());
    for (const element of [canvas, panes.photo, panes.side]) this.resizes.observe(element);
  }

  /** Whether a pointer at the photo would pull at a handle. */
  get isOnHandle(): boolean {
    return this.isPulling || (this.controls.enabled && this.controls.axis !== null);
  }

  /** Replaces the shape. Rejects where the file cannot be fetched or read. */
  async load(url: string): Promise<void> {
    this.generation += 1;
    const generation = this.generation;
    this.clearModel();
    const response = await signedFetch(url);
    if (!response.ok) throw new Error(`mesh: ${response.status}`);
    const loaded = (await new GLTFLoader().parseAsync(await response.arrayBuffer(), "")).scene;
    if (generation !== this.generation || this.stop.signal.aborted) return;
    loaded.updateMatrixWorld(true);
    loaded.traverse((node) => {
      if (node instanceof Mesh) this.addMesh(node);
    });
    if (this.model.children.length === 0) throw new Error("mesh: empty");
    this.changed();
  }

  private addMesh(node: Mesh): void {
    const geometry = node.geometry as BufferGeometry;
    if (!geometry.hasAttribute("normal")) geometry.computeVertexNormals();
    const mesh = new Mesh(geometry, this.surface);
    this.surface.vertexColors = geometry.hasAttribute("color");
    this.surface.needsUpdate = true;
    mesh.applyMatrix4(node.matrixWorld);
    this.model.add(mesh);
  }

  private clearModel(): void {
    for (const mesh of [...this.model.children]) {
      mesh.removeFromParent();
      (mesh as Mesh).geometry.dispose();
    }
    this.invalidate();
  }

  setPlacing(pose: Pose, picture: Picture): void {
    this.placed = pose;
    const { matrix, position, scale } = toGl(pose);
    const [a, b, c] = matrix;
    // biome-ignore format: a matrix reads by its rows
    const turn = new Matrix4().set(a[0], a[1], a[2], 0, b[0], b[1], b[2], 0, c[0], c[1], c[2], 0, 0, 0, 0, 1);
    this.carrier.quaternion.setFromRotationMatrix(turn);
    this.carrier.position.set(...position);
    this.carrier.scale.set(...scale);
    this.picture = picture;
    this.changed();
  }

  /** The photo's pointmap, for the side pane. `mask` lies on its grid. */
  setPoints(points: Points | null, mask: Uint8Array | null, grid: Grid): void {
    this.cloud.setPoints(points, mask, grid);
    this.invalidate();
  }

  setView(view: PhotoView): void {
    this.view = view;
    this.invalidate();
  }

  setLook(look: AlignLook): void {
    this.look = look;
    if (look.gizmo !== "none") this.controls.setMode(look.gizmo);
    this.controls.setSpace(look.gizmo === "translate" ? "world" : "local");
    this.controls.enabled = look.gizmo !== "none";
    this.invalidate();
  }

  dispose(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.generation += 1;
    this.stop.abort();
    this.resizes.disconnect();
    this.clearModel();
    this.controls.dispose();
    this.target?.dispose();
    for (const made of [this.surface, this.depth, this.depthOnly, this.cloud]) made.dispose();
    this.renderer.dispose();
  }

  private changed(): void {
    this.isSilhouetteDue = true;
    this.invalidate();
  }

  private invalidate(): void {
    if (this.frame !== null || this.isLost || this.stop.signal.aborted) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (!this.isLost) this.draw();
    });
  }

  private draw(): void {
    const canvas = this.canvas.getBoundingClientRect();
    if (this.picture === null || canvas.width === 0) return;
    const ratio = Math.min(devicePixelRatio, 2);
    if (
      this.canvas.width !== Math.floor(canvas.width * ratio) ||
      this.canvas.height !== Math.floor(canvas.height * ratio)
    ) {
      this.renderer.setPixelRatio(ratio);
      this.renderer.setSize(canvas.width, canvas.height, false);
    }
    this.renderer.setScissorTest(false);
    this.renderer.clear();
    this.renderer.setScissorTest(true);
    this.drawPhoto(canvas, this.picture);
    this.drawSide(canvas);
    this.renderer.setScissorTest(false);
    if (this.isSilhouetteDue && this.model.children.length > 0) {
      this.isSilhouetteDue = false;
      this.events.onDrawn(this.onGrid(this.picture));
    }
  }

  private enter(pane: HTMLElement, canvas: DOMRect): number | null {
    const part = viewportOf(pane.getBoundingClientRect(), canvas);
    if (part === null) return null;
    this.renderer.setViewport(part.left, part.bottom, part.width, part.height);
    this.renderer.setScissor(part.left, part.bottom, part.width, part.height);
    return part.width / part.height;
  }

  private drawPhoto(canvas: DOMRect, picture: Picture): void {
    if (this.view === null || this.enter(this.panes.photo, canvas) === null) return;
    aim(this.camera, picture);
    const { x, y, width, height } = this.view;
    this.camera.setViewOffset(picture.width, picture.height, x, y, width, height);
    // The handles shall be of one size on the screen, however much the photo is enlarged.
    this.controls.setSize((0.9 * height) / picture.height);
    this.model.visible = this.look.isSolid;
    this.ring.visible = this.look.hasRing;
    this.sight.visible = false;
    this.gizmo.visible = false;
    this.surface.opacity = this.look.opacity;
    if (this.look.isSolid) this.drawDepth();
    this.renderer.render(this.scene, this.camera);
    this.renderer.clearDepth();
    this.model.visible = false;
    this.ring.visible = false;
    this.gizmo.visible = this.look.gizmo !== "none";
    if (this.gizmo.visible) this.renderer.render(this.scene, this.camera);
    this.gizmo.visible = false;
    this.model.visible = true;
  }

  /** What lies behind the object's front shall not shine through it: only the photo does. */
  private drawDepth(): void {
    this.ring.visible = false;
    this.scene.overrideMaterial = this.depthOnly;
    this.renderer.render(this.scene, this.camera);
    this.scene.overrideMaterial = null;
    this.ring.visible = this.look.hasRing;
  }

  private drawSide(canvas: DOMRect): void {
    const aspect = this.enter(this.panes.side, canvas);
    if (aspect === null) return;
    const middle = this.carrier.position;
    const size = Math.max(...this.carrier.scale.toArray());
    const away = this.orbit.distance * size;
    const [azimuth, elevation] = [(this.orbit.azimuth * Math.PI) / 180, (this.orbit.elevation * Math.PI) / 180];
    const flat = Math.cos(elevation) * away;
    this.side.position.set(
      middle.x + flat * Math.sin(azimuth),
      middle.y + Math.sin(elevation) * away,
      middle.z + flat * Math.cos(azimuth),
    );
    this.side.lookAt(middle);
    this.side.aspect = aspect;
    // The field is that of the shorter side, so that a narrow pane cuts nothing off.
    const half = Math.tan((SIDE_FIELD * Math.PI) / 360) / Math.min(1, aspect);
    this.side.fov = (Math.atan(half) * 360) / Math.PI;
    this.side.near = away / 100;
    this.side.far = away * 100;
    this.side.updateProjectionMatrix();
    this.sight.scale.copy(middle);
    this.sight.visible = true;
    this.ring.visible = true;
    this.cloud.visible = !this.cloud.isEmpty;
    this.gizmo.visible = false;
    this.surface.opacity = 1;
    this.renderer.render(this.scene, this.side);
    this.cloud.visible = false;
  }

  private onGrid(picture: Picture): Drawn {
    const grid = gridOf(picture.width, picture.height);
    if (this.target === null || this.target.width !== grid.width || this.target.height !== grid.height) {
      this.target?.dispose();
      this.target = new WebGLRenderTarget(grid.width, grid.height, { samples: 0 });
    }
    aim(this.silhouetteCamera, { ...grid, focal: picture.focal });
    const isShown = [this.ring.visible, this.sight.visible, this.gizmo.visible];
    [this.ring.visible, this.sight.visible, this.gizmo.visible] = [false, false, false];
    const { position, scale } = this.carrier;
    // The object's frame is a box of one a side: nothing of it is farther away.
    this.depth.setRange(Math.abs(position.z) + Math.max(...scale.toArray()));
    this.scene.overrideMaterial = this.depth;
    this.renderer.setRenderTarget(this.target);
    this.renderer.clear();
    this.renderer.render(this.scene, this.silhouetteCamera);
    const pixels = new Uint8Array(grid.width * grid.height * 4);
    this.renderer.readRenderTargetPixels(this.target, 0, 0, grid.width, grid.height, pixels);
    this.renderer.setRenderTarget(null);
    this.scene.overrideMaterial = null;
    [this.ring.visible, this.sight.visible, this.gizmo.visible] = isShown as [boolean, boolean, boolean];
    return this.depth.read(pixels, grid.width, grid.height);
  }

  private listen(): void {
    const signal = this.stop.signal;
    this.controls.addEventListener("change", () => this.invalidate());
    this.controls.addEventListener("objectChange", () => this.events.onGizmo(this.pose()));
    this.controls.addEventListener("dragging-changed", (event) => {
      this.isPulling = event.value === true;
      if (!this.isPulling) this.events.onGizmoEnd();
    });
    this.panes.side.addEventListener("pointerdown", (event) => this.panes.side.setPointerCapture(event.pointerId), {
      signal,
    });
    this.panes.side.addEventListener("pointermove", (event) => this.turnSide(event), { signal });
    const zoom = (event: WheelEvent): void => {
      event.preventDefault();
      this.orbit.distance = Math.min(12, Math.max(1.5, this.orbit.distance * Math.exp(event.deltaY * 0.001)));
      this.invalidate();
    };
    this.panes.side.addEventListener("wheel", zoom, { signal, passive: false });
    this.canvas.addEventListener(
      "webglcontextlost",
      (event) => {
        event.preventDefault();
        this.isLost = true;
        this.events.onContext(true);
      },
      { signal },
    );
    this.canvas.addEventListener(
      "webglcontextrestored",
      () => {
        this.isLost = false;
        this.target = null;
        this.events.onContext(false);
        this.changed();
      },
      { signal },
    );
  }

  private turnSide(event: PointerEvent): void {
    if (!this.panes.side.hasPointerCapture(event.pointerId)) return;
    this.orbit.azimuth -= event.movementX * DEGREES_PER_PIXEL;
    this.orbit.elevation = Math.min(89, Math.max(-89, this.orbit.elevation + event.movementY * DEGREES_PER_PIXEL));
    this.invalidate();
  }

  /** Only what the handle moves is read back: the rest stays as it is to the last digit. */
  private pose(): Pose {
    const { position, quaternion, scale } = this.carrier;
    const turn = new Matrix4().makeRotationFromQuaternion(new Quaternion().copy(quaternion).normalize());
    const e = turn.elements;
    const at = (row: number, column: number): number => e[column * 4 + row] ?? 0;
    const matrix: Matrix = [
      [at(0, 0), at(0, 1), at(0, 2)],
      [at(1, 0), at(1, 1), at(1, 2)],
      [at(2, 0), at(2, 1), at(2, 2)],
    ];
    const whole = fromGl({ matrix, position: vector(position), scale: vector(scale) });
    if (this.placed === null) return whole;
    const { rotation, translation } = whole;
    if (this.look.gizmo === "translate") return { ...this.placed, translation };
    return this.look.gizmo === "rotate" ? { ...this.placed, rotation } : { ...this.placed, scale: whole.scale };
  }
}

function vector(from: Vector3): [number, number, number] {
  return [from.x, from.y, from.z];
}

/** Half the height over the focal length, both in half longer sides. */
function aim(camera: PerspectiveCamera, { width, height, focal }: Picture): void {
  camera.fov = (Math.atan(height / (focal * Math.max(width, height))) * 360) / Math.PI;
  camera.aspect = width / height;
  camera.updateProjectionMatrix();
}

/** A circle round the object's up axis, and the axis. */
function ringLines(): Group {
  const circle: number[] = [];
  for (let step = 0; step < RING_STEPS; step += 1) {
    const angle = (step / RING_STEPS) * 2 * Math.PI;
    circle.push(0.62 * Math.cos(angle), 0, 0.62 * Math.sin(angle));
  }
  const material = new LineBasicMaterial({ color: new Color("#ff9d2e") });
  const ring = new LineLoop(geometryOf(circle), material);
  // A longer end upwards, so that one sees which way is up; and a tick at the front.
  const axis = new LineSegments(geometryOf([0, -0.55, 0, 0, 0.75, 0, 0, 0, 0.62, 0, 0, 0.72]), material);
  return new Group().add(ring, axis);
}

/** From the camera to (1, 1, 1); scaled to end at the object. */
function sightLine(): LineSegments {
  return new LineSegments(geometryOf([0, 0, 0, 1, 1, 1]), new LineBasicMaterial({ color: new Color("#7a8499") }));
}

function geometryOf(numbers: readonly number[]): BufferGeometry {
  return new BufferGeometry().setAttribute("position", new Float32BufferAttribute(numbers, 3));
}
