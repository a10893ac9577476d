import type { Point } from "../../core/maskGrid";
import type { MaskSession } from "../../core/maskSession";
import { type MaskView, toPhoto } from "../../core/maskView";

export interface BoardPointerUse {
  session: MaskSession;
  view: () => MaskView;
  zoom: (factor: number, at: Point) => void;
  pan: (by: Point) => void;
  /** Where the pointer is on the board; null when it left. */
  onPointer: (at: Point | null) => void;
  setIsPanning: (isPanning: boolean) => void;
}

/** Left draws; middle, right or Space pans; the wheel zooms; two fingers pan and zoom. */
export class BoardPointer {
  private readonly fingers = new Map<number, Point>();
  private readonly listening = new AbortController();
  private isPanning = false;
  private isDrawing = false;
  private isSpaceHeld = false;

  constructor(
    private readonly element: HTMLCanvasElement,
    private readonly use: BoardPointerUse,
  ) {
    const { signal } = this.listening;
    element.addEventListener("pointerdown", (event) => this.down(event), { signal });
    element.addEventListener("pointermove", (event) => this.move(event), { signal });
    element.addEventListener("pointerup", (event) => this.up(event), { signal });
    element.addEventListener("pointercancel", (event) => this.cancel(event), { signal });
    element.addEventListener("pointerleave", () => use.onPointer(null), { signal });
    element.addEventListener("wheel", (event) => this.wheel(event), { signal, passive: false });
    element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    window.addEventListener("keydown", (event) => this.space(event), { signal });
    window.addEventListener("keyup", (event) => this.space(event), { signal });
  }

  dispose(): void {
    this.listening.abort();
  }

  private at(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private inPhoto(event: MouseEvent): Point {
    return toPhoto(this.use.view(), this.at(event));
  }

  private down(event: PointerEvent): void {
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    this.element.focus({ preventScroll: true });
    this.fingers.set(event.pointerId, this.at(event));
    if (this.fingers.size > 1) {
      this.use.session.cancel();
      this.isDrawing = false;
    } else if (event.button !== 0 || this.isSpaceHeld) {
      this.isPanning = true;
      this.use.setIsPanning(true);
    } else {
      this.isDrawing = true;
      this.use.session.press(this.inPhoto(event), event.shiftKey);
    }
  }

  private move(event: PointerEvent): void {
    const now = this.at(event);
    this.use.onPointer(now);
    const before = this.fingers.get(event.pointerId);
    if (before === undefined) return;
    this.fingers.set(event.pointerId, now);
    const by = { x: now.x - before.x, y: now.y - before.y };
    if (this.fingers.size === 2) this.pinch(before, now, event.pointerId);
    else if (this.isPanning) this.use.pan(by);
    else if (this.isDrawing) {
      // The browser bundles moves; a quick stroke would otherwise be a polygon.
      const parts = event.getCoalescedEvents?.() ?? [];
      for (const part of parts.length > 0 ? parts : [event]) this.use.session.move(this.inPhoto(part), event.shiftKey);
    }
  }

  /** Each finger moves what is under it: the other one stays, and between them the photo stretches. */
  private pinch(before: Point, now: Point, id: number): void {
    const other = [...this.fingers].find(([key]) => key !== id)?.[1];
    if (other === undefined) return;
    const distance = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    this.use.zoom(distance(now) / distance(before), other);
    this.use.pan({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.isDrawing) this.use.session.release(this.inPhoto(event), event.shiftKey);
    this.rest();
  }

  private cancel(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    this.use.session.cancel();
    this.rest();
  }

  private rest(): void {
    this.isDrawing = false;
    this.isPanning = false;
    this.use.setIsPanning(false);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.use.zoom(Math.exp(-event.deltaY / 400), this.at(event));
  }

  private space(event: KeyboardEvent): void {
    if (event.key !== " " || event.target !== this.element) return;
    this.isSpaceHeld = event.type === "keydown";
    event.preventDefault();
  }
}
