/**
 * All panes of a page in one WebGL context: each pane is a scissored part of one canvas that lies over the page.
 *
 * Frames are drawn on demand only: software WebGL manages a few a second, and a picture at rest costs nothing.
 */

import { AmbientLight, DirectionalLight, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { eye, HOME, type Orbit, turn, zoom } from "../core/orbit";
import type { ViewerMode } from "../core/submission";
import { LoadError, ModelStore } from "./loading";
import { type SharedMaterials, sharedMaterials } from "./materials";
import type { Model } from "./model";
import { type PaneAsk, type PaneState, viewportOf } from "./pane";

export class NoWebGlError extends Error {}

export interface ViewerEvents {
  onPane?(key: string, state: PaneState): void;
  onCamera?(orbit: Orbit): void;
  onContext?(isLost: boolean): void;
}

export interface ViewerStats {
  readonly geometries: number;
  readonly textures: number;
  readonly models: number;
  readonly frames: number;
}

interface Pane {
  ask: PaneAsk;
  state: PaneState;
  model: Model | null;
  undrag(): void;
}

/** Sixteen candidates of this task and the next, and some to go back to. */
const CAPACITY = 24;
const FIELD_OF_VIEW = 30;
const DEGREES_PER_PIXEL = 0.45;

export class Viewer {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.05, 20);
  private readonly materials: SharedMaterials = sharedMaterials();
  private readonly store = new ModelStore(CAPACITY, this.materials);
  private readonly panes = new Map<string, Pane>();
  private readonly resizes: ResizeObserver;
  private readonly stop = new AbortController();
  private orbit: Orbit = HOME;
  private mode: ViewerMode = "colour";
  private frame: number | null = null;
  private frames = 0;
  private isLost = false;

  /** Throws NoWebGlError where the browser gives no context. `canvas` must not take pointer events. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: ViewerEvents = {},
  ) {
    try {
      this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "high-performance" });
    } catch {
      throw new NoWebGlError("no WebGL context");
    }
    this.renderer.setClearColor(0x000000, 0);
    this.light();
    this.resizes = new ResizeObserver(() => this.invalidate());
    this.resizes.observe(canvas);
    const signal = this.stop.signal;
    canvas.addEventListener("webglcontextlost", (event) => this.lose(event), { signal });
    canvas.addEventListener("webglcontextrestored", () => this.regain(), { signal });
    addEventListener("resize", () => this.invalidate(), { signal });
    addEventListener("scroll", () => this.invalidate(), { signal, passive: true, capture: true });
    document.addEventListener("visibilitychange", () => this.invalidate(), { signal });
  }

  /** Shows exactly these panes; a pane whose address has not changed is left as it is. */
  setPanes(asks: readonly PaneAsk[]): void {
    const keys = new Set(asks.map((ask) => ask.key));
    for (const [key, pane] of this.panes) if (!keys.has(key)) this.removePane(key, pane);
    for (const ask of asks) this.putPane(ask);
    this.store.pin(asks.map((ask) => ask.url));
    this.invalidate();
  }

  setMode(mode: ViewerMode): void {
    this.mode = mode;
    this.invalidate();
  }

  turnBy(azimuthDegrees: number, elevationDegrees: number): void {
    this.look(turn(this.orbit, azimuthDegrees, elevationDegrees));
  }

  zoomBy(factor: number): void {
    this.look(zoom(this.orbit, factor));
  }

  resetView(): void {
    this.look(HOME);
  }

  /** Fetches models that will be shown soon. A failure says nothing now: the pane will ask again and tell it. */
  async preload(urls: readonly string[]): Promise<void> {
    for (const url of urls) await this.store.load(url).catch(() => undefined);
  }

  /** Loads the failed panes once more. */
  retry(): void {
    for (const pane of this.panes.values()) if (pane.state.kind === "failed") void this.fill(pane);
  }

  stats(): ViewerStats {
    const { geometries, textures } = this.renderer.info.memory;
    return { geometries, textures, models: this.store.size, frames: this.frames };
  }

  dispose(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.stop.abort();
    this.resizes.disconnect();
    for (const [key, pane] of this.panes) this.removePane(key, pane);
    this.store.dispose();
    this.materials.dispose();
    this.renderer.dispose();
  }

  /** Lights hang on the camera: whatever side is looked at is lit the same way. */
  private light(): void {
    const key = new DirectionalLight(0xffffff, 2.1);
    key.position.set(-0.6, 0.9, 1);
    const fill = new DirectionalLight(0xffffff, 0.7);
    fill.position.set(1, -0.2, 0.6);
    // A directional light shines towards its target: without this the targets would stay at the world's origin.
    this.camera.add(key, key.target, fill, fill.target);
    this.scene.add(this.camera, new AmbientLight(0xffffff, 0.9));
  }

  private look(orbit: Orbit): void {
    this.orbit = orbit;
    this.events.onCamera?.(orbit);
    this.invalidate();
  }

  private putPane(ask: PaneAsk): void {
    const known = this.panes.get(ask.key);
    if (known !== undefined && known.ask.url === ask.url && known.ask.element === ask.element) return;
    if (known !== undefined) this.removePane(ask.key, known);
    const pane: Pane = { ask, state: { kind: "loading" }, model: null, undrag: this.listenToDrag(ask.element) };
    this.panes.set(ask.key, pane);
    this.resizes.observe(ask.element);
    void this.fill(pane);
  }

  private removePane(key: string, pane: Pane): void {
    pane.undrag();
    this.resizes.unobserve(pane.ask.element);
    this.panes.delete(key);
  }

  private async fill(pane: Pane): Promise<void> {
    const isCurrent = (): boolean => this.panes.get(pane.ask.key) === pane;
    const tell = (state: PaneState): void => {
      pane.state = state;
      if (isCurrent()) this.events.onPane?.(pane.ask.key, state);
    };
    const known = this.store.peek(pane.ask.url);
    if (known === undefined) tell({ kind: "loading" });
    try {
      const model = known ?? (await this.store.load(pane.ask.url));
      if (!isCurrent()) return;
      pane.model = model;
      this.scene.add(model.root);
      tell({ kind: "ready", triangles: model.triangles });
      this.invalidate();
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      tell({ kind: "failed", fault: error.fault });
    }
  }

  private invalidate(): void {
    if (this.frame !== null || this.isLost || this.stop.signal.aborted) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (!document.hidden && !this.isLost) this.draw();
    });
  }

  private draw(): void {
    const canvas = this.canvas.getBoundingClientRect();
    if (canvas.width === 0 || canvas.height === 0) return;
    this.fitCanvas(canvas.width, canvas.height);
    this.camera.position.set(...eye(this.orbit));
    this.camera.lookAt(0, 0, 0);
    this.renderer.setScissorTest(false);
    this.renderer.clear();
    this.renderer.setScissorTest(true);
    for (const pane of this.panes.values()) {
      if (pane.model === null) continue;
      const part = viewportOf(pane.ask.element.getBoundingClientRect(), canvas);
      if (part === null) continue;
      this.renderer.setViewport(part.left, part.bottom, part.width, part.height);
      this.renderer.setScissor(part.left, part.bottom, part.width, part.height);
      this.aim(part.width / part.height);
      pane.model.setMode(this.mode);
      pane.model.root.visible = true;
      this.renderer.render(this.scene, this.camera);
      pane.model.root.visible = false;
    }
    this.frames += 1;
  }

  /** The field of view is that of the shorter side, so that a narrow pane cuts nothing off. */
  private aim(aspect: number): void {
    const half = Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    this.camera.aspect = aspect;
    this.camera.fov = aspect >= 1 ? FIELD_OF_VIEW : (Math.atan(half / aspect) * 360) / Math.PI;
    this.camera.updateProjectionMatrix();
  }

  private fitCanvas(width: number, height: number): void {
    const ratio = Math.min(devicePixelRatio, 2);
    const isSame =
      this.renderer.getPixelRatio() === ratio &&
      this.canvas.width === Math.floor(width * ratio) &&
      this.canvas.height === Math.floor(height * ratio);
    if (isSame) return;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
  }

  private listenToDrag(element: HTMLElement): () => void {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const drag = (event: PointerEvent): void => {
      if (!element.hasPointerCapture(event.pointerId)) return;
      this.turnBy(-event.movementX * DEGREES_PER_PIXEL, event.movementY * DEGREES_PER_PIXEL);
    };
    const press = (event: PointerEvent): void => {
      if (event.button === 0 && !(event.target as Element).closest("button"))
        element.setPointerCapture(event.pointerId);
    };
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      this.zoomBy(Math.exp(event.deltaY * 0.001));
    };
    element.addEventListener("pointerdown", press, options);
    element.addEventListener("pointermove", drag, options);
    element.addEventListener("dblclick", () => this.resetView(), options);
    element.addEventListener("wheel", wheel, { ...options, passive: false });
    return () => stop.abort();
  }

  private lose(event: Event): void {
    // Without this the browser never gives the context back.
    event.preventDefault();
    this.isLost = true;
    // Buffers of the lost context must not be deleted later, in the name of the new one.
    this.store.release();
    this.materials.dispose();
    this.events.onContext?.(true);
  }

  private regain(): void {
    // three uploads geometries and programs again by itself at the next frame.
    this.isLost = false;
    this.events.onContext?.(false);
    this.invalidate();
  }
}
