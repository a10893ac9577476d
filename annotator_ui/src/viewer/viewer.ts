/**
 * All panes of a page in one WebGL context: each pane is a scissored part of one canvas that lies over the page.
 *
 * Frames are drawn on demand only: software WebGL manages a few a second, and a picture at rest costs nothing.
 */

import { WebGLRenderer } from "three";
import type { Pose, ViewName } from "../core/orbit";
import { drawnMode, modesOf, type ViewerMode } from "../core/viewerModes";
import { type CameraEvents, CameraRig } from "./cameraRig";
import { listenToGestures } from "./gestures";
import { LoadError, type LoadFault, ModelStore } from "./loading";
import type { Model } from "./model";
import { dividedAt, type PaneAsk, type PaneState, showPreview, sourcesOf, type Viewport, viewportOf } from "./pane";
import { readSketch, type Sketch } from "./sketch";
import { drawsInSoftware } from "./software";
import { StageSet } from "./stageSet";

export class NoWebGlError extends Error {}

export interface ViewerEvents extends CameraEvents {
  onPane?(key: string, state: PaneState): void;
  /** Which file of a failed pane it was. */
  onFault?(url: string, fault: LoadFault): void;
  onContext?(isLost: boolean): void;
  /** The modes that the models on screen can be drawn in; told when that changes. */
  onModes?(modes: readonly ViewerMode[]): void;
}

export interface ViewerStats {
  readonly geometries: number;
  readonly textures: number;
  readonly programs: number;
  readonly models: number;
  readonly frames: number;
}

interface Pane {
  readonly ask: PaneAsk;
  state: PaneState;
  /** One, or two when the pane is divided. */
  models: readonly Model[];
  /** What is drawn in their place until they are there. */
  sketch: Sketch | null;
  unlisten(): void;
}

/** Eight candidates each of this task and the next two, and those of the last one to go back to. */
const CAPACITY = 32;

export class Viewer {
  private readonly renderer: WebGLRenderer;
  private readonly rig: CameraRig;
  private readonly set: StageSet;
  private readonly store: ModelStore;
  private readonly panes = new Map<string, Pane>();
  private readonly resizes: ResizeObserver;
  private readonly stop = new AbortController();
  private readonly contrast = matchMedia("(prefers-contrast: more), (forced-colors: active)");
  private readonly reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  private mode: ViewerMode = "colour";
  private modes: readonly ViewerMode[] = [];
  private divider = 0.5;
  private frame: number | null = null;
  private frames = 0;
  private isLost = false;

  /** Throws NoWebGlError where the browser gives no context. `canvas` must not take pointer events. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: ViewerEvents = {},
  ) {
    try {
      const antialias = !drawsInSoftware();
      this.renderer = new WebGLRenderer({ canvas, antialias, alpha: true, powerPreference: "high-performance" });
    } catch {
      throw new NoWebGlError("no WebGL context");
    }
    this.renderer.setClearColor(0x000000, 0);
    this.renderer.info.autoReset = false;
    this.rig = new CameraRig(
      events,
      () => this.invalidate(),
      () => this.reducedMotion.matches,
    );
    this.set = new StageSet(this.rig.camera);
    this.set.setContrast(this.contrast.matches);
    this.store = new ModelStore(CAPACITY, this.set.materials);
    this.resizes = new ResizeObserver(() => this.invalidate());
    this.resizes.observe(canvas);
    this.listen();
  }

  /** Shows exactly these panes; a pane whose addresses have not changed is left as it is. */
  setPanes(asks: readonly PaneAsk[]): void {
    const keys = new Set(asks.map((ask) => ask.key));
    for (const [key, pane] of this.panes) if (!keys.has(key)) this.removePane(key, pane);
    for (const ask of asks) this.putPane(ask);
    this.store.pin(asks.flatMap(urlsOf));
    this.tellModes();
    this.invalidate();
  }

  /** A mode that no model on screen has is drawn as clay until one has it. */
  setMode(mode: ViewerMode): void {
    this.mode = mode;
    this.invalidate();
  }

  /** Where a divided pane changes from one model to the other: 0 is its left edge, 1 its right. */
  setDivider(share: number): void {
    this.divider = share;
    this.invalidate();
  }

  turnBy(azimuthDegrees: number, elevationDegrees: number): void {
    this.rig.turnBy(azimuthDegrees, elevationDegrees);
  }

  panBy(rightShare: number, upShare: number): void {
    this.rig.panBy(rightShare, upShare);
  }

  zoomBy(factor: number): void {
    this.rig.zoomBy(factor);
  }

  /** Where every task begins; not counted as turning. */
  resetView(): void {
    this.rig.resetView();
  }

  view(name: ViewName): void {
    this.rig.view(name);
  }

  viewPhoto(pose: Pose | null): void {
    this.rig.viewPhoto(pose);
  }

  /** Returns whether it runs now: it stays off for somebody who asked for less motion. */
  setTurntable(isOn: boolean): boolean {
    return this.rig.setTurntable(isOn);
  }

  /**
   * Fetches models that will be shown soon, one at a time and only while nothing on screen waits for its own.
   * A failure says nothing now: the pane will ask again and tell it.
   */
  async preload(urls: readonly string[]): Promise<void> {
    for (const url of urls) {
      if (this.store.peek(url) !== undefined) continue;
      await this.calm();
      if (this.stop.signal.aborted) return;
      await this.store.load(url).catch(() => undefined);
    }
  }

  /** Loads the failed panes once more. */
  retry(): void {
    for (const pane of this.panes.values()) if (pane.state.kind === "failed") void this.fill(pane);
  }

  stats(): ViewerStats {
    const { memory, programs } = this.renderer.info;
    const { geometries, textures } = memory;
    return { geometries, textures, programs: programs?.length ?? 0, models: this.store.size, frames: this.frames };
  }

  /** Gives everything back, the context as well: the canvas cannot be drawn on again. */
  dispose(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.stop.abort();
    this.resizes.disconnect();
    for (const [key, pane] of this.panes) this.removePane(key, pane);
    this.store.dispose();
    this.set.release();
    this.renderer.dispose();
    // A browser counts contexts until they are collected, and takes the oldest away when there are too many.
    this.renderer.forceContextLoss();
  }

  private listen(): void {
    const { signal } = this.stop;
    const redraw = (): void => this.invalidate();
    this.canvas.addEventListener("webglcontextlost", (event) => this.lose(event), { signal });
    this.canvas.addEventListener("webglcontextrestored", () => this.regain(), { signal });
    addEventListener("resize", redraw, { signal });
    addEventListener("scroll", redraw, { signal, passive: true, capture: true });
    document.addEventListener("visibilitychange", redraw, { signal });
    this.reducedMotion.addEventListener("change", () => this.rig.setTurntable(this.rig.isTurning), { signal });
    const contrast = (): void => {
      this.set.setContrast(this.contrast.matches);
      this.invalidate();
    };
    this.contrast.addEventListener("change", contrast, { signal });
  }

  private putPane(ask: PaneAsk): void {
    const known = this.panes.get(ask.key);
    if (known !== undefined && known.ask.element === ask.element && urlsOf(known.ask).join() === urlsOf(ask).join()) {
      return;
    }
    if (known !== undefined) this.removePane(ask.key, known);
    const unlisten = listenToGestures(ask.element, this.rig);
    const pane: Pane = { ask, state: { kind: "loading" }, models: [], sketch: null, unlisten };
    this.panes.set(ask.key, pane);
    this.resizes.observe(ask.element);
    void this.fill(pane);
  }

  private removePane(key: string, pane: Pane): void {
    pane.unlisten();
    dropSketch(pane);
    showPreview(pane.ask.element, null);
    this.resizes.unobserve(pane.ask.element);
    this.panes.delete(key);
  }

  private async fill(pane: Pane): Promise<void> {
    const urls = urlsOf(pane.ask);
    const known = urls.flatMap((url) => this.store.peek(url) ?? []);
    if (known.length === urls.length) return this.put(pane, known, "ready");
    this.tell(pane, { kind: "loading" });
    await this.fillCoarsely(pane);
    if (!this.isShown(pane)) return;
    try {
      const models = await Promise.all(urls.map((url) => this.load(url)));
      if (!this.isShown(pane)) return;
      dropSketch(pane);
      this.put(pane, models, "ready");
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      dropSketch(pane);
      this.tell(pane, { kind: "failed", fault: error.fault });
      this.invalidate();
    }
  }

  private async load(url: string): Promise<Model> {
    try {
      return await this.store.load(url);
    } catch (error) {
      if (error instanceof LoadError) this.events.onFault?.(url, error.fault);
      throw error;
    }
  }

  /** The coarse copies come first, not beside: what is small must not wait in line behind what is large. */
  private async fillCoarsely(pane: Pane): Promise<void> {
    const sketch = await readSketch(this.store, sourcesOf(pane.ask));
    if (sketch === null) return;
    if (!this.isShown(pane)) return sketch.dispose();
    pane.sketch = sketch;
    this.put(pane, sketch.models, "coarse");
  }

  private put(pane: Pane, models: readonly Model[], kind: "coarse" | "ready"): void {
    pane.models = models;
    for (const model of models) this.set.add(model);
    const triangles = models.reduce((sum, model) => sum + model.triangles, 0);
    this.tell(pane, { kind, triangles, hasColour: models.some((model) => model.hasColour) });
    this.invalidate();
  }

  private tell(pane: Pane, state: PaneState): void {
    pane.state = state;
    if (!this.isShown(pane)) return;
    showPreview(pane.ask.element, state.kind === "loading" ? pane.ask.previewUrl : null);
    this.events.onPane?.(pane.ask.key, state);
    this.tellModes();
  }

  private isShown(pane: Pane): boolean {
    return this.panes.get(pane.ask.key) === pane;
  }

  /** Resolves when every pane is filled and drawn and the browser has nothing better to do. */
  private async calm(): Promise<void> {
    const isWaiting = ({ state }: Pane): boolean => state.kind === "loading" || state.kind === "coarse";
    const isBusy = (): boolean => this.frame !== null || [...this.panes.values()].some(isWaiting);
    do await idle();
    while (isBusy() && !this.stop.signal.aborted && !document.hidden && !this.rig.isTurning);
  }

  private tellModes(): void {
    const assets = [...this.panes.values()].flatMap(({ state }) => ("hasColour" in state ? [state] : []));
    // While everything loads nothing is known of the assets, and buttons that come and go help nobody.
    if (assets.length === 0) return;
    const modes = modesOf(assets);
    if (modes.join() === this.modes.join()) return;
    this.modes = modes;
    this.events.onModes?.(modes);
  }

  private invalidate(): void {
    if (this.frame !== null || this.isLost || this.stop.signal.aborted) return;
    this.frame = requestAnimationFrame((time) => {
      this.frame = null;
      if (document.hidden || this.isLost) return;
      this.rig.spin(time);
      this.draw();
    });
  }

  private draw(): void {
    const canvas = this.canvas.getBoundingClientRect();
    if (canvas.width === 0 || canvas.height === 0) return;
    this.fitCanvas(canvas.width, canvas.height);
    this.rig.place();
    this.renderer.info.reset();
    this.renderer.setScissorTest(false);
    this.renderer.clear();
    this.renderer.setScissorTest(true);
    for (const pane of this.panes.values()) {
      const part = viewportOf(pane.ask.element.getBoundingClientRect(), canvas);
      if (part !== null) this.drawPane(pane, part);
    }
    this.frames += 1;
  }

  private drawPane(pane: Pane, part: Viewport): void {
    const mode = drawnMode(this.mode, this.modes);
    const isDivided = pane.models.length > 1;
    const parts = isDivided ? dividedAt(part, this.divider) : [part];
    this.renderer.setViewport(part.left, part.bottom, part.width, part.height);
    this.rig.aim(part.width / part.height);
    pane.models.forEach((model, place) => {
      const seen = parts[place];
      if (!seen) return;
      this.renderer.setScissor(seen.left, seen.bottom, seen.width, seen.height);
      this.set.during(model, mode, () => this.renderer.render(this.set.scene, this.rig.camera));
    });
  }

  private fitCanvas(width: number, height: number): void {
    const ratio = Math.min(devicePixelRatio, drawsInSoftware() ? 1 : 2);
    const isSame =
      this.renderer.getPixelRatio() === ratio &&
      this.canvas.width === Math.floor(width * ratio) &&
      this.canvas.height === Math.floor(height * ratio);
    if (isSame) return;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
  }

  private lose(event: Event): void {
    // Without this the browser never gives the context back.
    event.preventDefault();
    this.isLost = true;
    // Buffers of the lost context must not be deleted later, in the name of the new one.
    this.store.release();
    for (const pane of this.panes.values()) pane.sketch?.release();
    this.set.release();
    this.events.onContext?.(true);
  }

  private regain(): void {
    // three uploads geometries, textures and programs again by itself at the next frame.
    this.isLost = false;
    this.events.onContext?.(false);
    this.invalidate();
  }
}

/** The browser's next idle moment, or soon where it does not tell. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 50);
  });
}

function urlsOf(ask: PaneAsk): string[] {
  return sourcesOf(ask).map(({ url }) => url);
}

function dropSketch(pane: Pane): void {
  if (pane.sketch === null) return;
  pane.models = [];
  pane.sketch.dispose();
  pane.sketch = null;
}
