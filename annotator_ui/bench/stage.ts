/**
 * The viewer alone on a page, without a task round it: for the benchmark and the viewer's browser tests.
 * Not part of the product: no page of src/pages imports it.
 */

import { VIEWER_MODES } from "../src/core/viewerModes";
import type { PaneAsk, PaneState } from "../src/viewer/pane";
import { Viewer } from "../src/viewer/viewer";

type Picture = Pick<PaneAsk, "url" | "coarseUrl" | "rightUrl" | "rightCoarseUrl">;

class Bench {
  readonly states = new Map<string, PaneState>();
  readonly turns: number[] = [];
  readonly modes = VIEWER_MODES;
  offered: readonly string[] = [];
  camera: unknown = null;
  isLost = false;
  readonly viewer: Viewer;
  private round = 0;

  constructor(
    private readonly stage: HTMLElement,
    readonly canvas: HTMLCanvasElement,
  ) {
    this.viewer = new Viewer(canvas, {
      onPane: (key, state) => void this.states.set(key, state),
      onTurn: (degrees) => void this.turns.push(degrees),
      onModes: (modes) => {
        this.offered = modes;
      },
      onCamera: (orbit) => {
        this.camera = orbit;
      },
      onContext: (isLost) => {
        this.isLost = isLost;
      },
    });
  }

  /** Shows these in panes of their own; resolves once all are drawn or have failed, with the milliseconds it took. */
  async show(pictures: readonly Picture[]): Promise<number> {
    const startedAt = performance.now();
    const panes = this.panes(pictures.length);
    this.round += 1;
    this.states.clear();
    const asks: PaneAsk[] = pictures.flatMap((picture, place) => {
      const element = panes[place];
      return element ? [{ key: `${this.round}-${place}`, element, ...picture }] : [];
    });
    this.viewer.setPanes(asks);
    const isSettled = (): boolean =>
      asks.every(({ key }) => ["ready", "failed"].includes(this.states.get(key)?.kind ?? "loading"));
    while (!isSettled()) await nextFrame();
    await this.drawn();
    return performance.now() - startedAt;
  }

  /** Resolves once a frame that was asked for before this call is on screen. */
  async drawn(): Promise<void> {
    await nextFrame();
    await nextFrame();
  }

  /** What lies on the canvas, read in the frame that draws it: later it would be empty, or an older one on screen. */
  picture(): Promise<string> {
    dispatchEvent(new Event("resize"));
    return new Promise((resolve) => requestAnimationFrame(() => resolve(this.canvas.toDataURL())));
  }

  private panes(count: number): HTMLElement[] {
    while (this.stage.querySelectorAll(".pane").length > count) this.stage.querySelector(".pane")?.remove();
    while (this.stage.querySelectorAll(".pane").length < count) {
      const pane = document.createElement("div");
      pane.className = "pane";
      this.stage.prepend(pane);
    }
    this.stage.style.setProperty("--columns", String(Math.ceil(Math.sqrt(count))));
    return [...this.stage.querySelectorAll<HTMLElement>(".pane")];
  }
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

declare global {
  interface Window {
    bench: Bench;
  }
}

const stage = document.querySelector<HTMLElement>("#stage");
const canvas = document.querySelector<HTMLCanvasElement>("canvas");
if (stage && canvas) window.bench = new Bench(stage, canvas);
