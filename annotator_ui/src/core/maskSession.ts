/** A mask being drawn: tools, strokes, polygon, proposal, undo. Knows photo pixels and no screen. */

import { signal } from "@preact/signals";
import { type Blend, blend, fillPolygon, type MaskGrid, type Point, paintStroke, type Rect, union } from "./maskGrid";
import { MaskHistory } from "./maskHistory";

export type MaskTool = "brush" | "eraser" | "polygon" | "auto";

export interface Hint extends Point {
  readonly is_inside: boolean;
}

export interface Hints {
  readonly points: readonly Hint[];
  readonly box: Rect | null;
}

/** Gives a proposal of the mask's size for some hints. */
export type Propose = (hints: Hints) => Promise<Uint8Array>;

const LEAST_RADIUS = 0.5;
const NO_HINTS: Hints = { points: [], box: null };
/** Photo pixels relative to the longer side; less is a click and not a box. */
const LEAST_DRAG = 0.01;

export class MaskSession {
  readonly tool = signal<MaskTool>("brush");
  readonly radius = signal(8);
  readonly corners = signal<readonly Point[]>([]);
  readonly hints = signal<Hints>(NO_HINTS);
  /** The box while it is dragged. */
  readonly dragged = signal<Rect | null>(null);
  readonly proposal = signal<Uint8Array | null>(null);
  readonly isProposing = signal(false);
  readonly steps = signal({ canUndo: false, canRedo: false, isChanged: false });
  /** The last change of pixels, for whoever draws them; a new object each time. */
  readonly changed = signal<{ readonly rect: Rect }>({ rect: { x: 0, y: 0, width: 0, height: 0 } });

  readonly grid: MaskGrid;
  private history: MaskHistory;
  private origin_HW: Uint8Array;
  private stroke: { last: Point; dirty: Rect | null } | null = null;
  private start: Point | null = null;
  private asked = 0;

  constructor(
    grid: MaskGrid,
    private readonly propose: Propose,
    private readonly onProblem: (problem: unknown) => void,
  ) {
    this.grid = grid;
    this.history = new MaskHistory(grid);
    this.origin_HW = grid.pixels_HW.slice();
    this.radius.value = Math.max(2, Math.round(Math.max(grid.width, grid.height) / 60));
    this.changed.value = { rect: grid.whole };
  }

  choose(tool: MaskTool): void {
    if (tool === this.tool.value) return;
    this.drop();
    this.tool.value = tool;
  }

  resize(factor: number): void {
    const most = Math.max(this.grid.width, this.grid.height) / 4;
    this.radius.value = Math.min(most, Math.max(LEAST_RADIUS, this.radius.value * factor));
  }

  press(at: Point, isAlternative: boolean): void {
    const tool = this.tool.value;
    if (tool === "polygon") {
      this.corners.value = [...this.corners.value, at];
    } else if (tool === "auto") {
      this.start = at;
    } else {
      this.stroke = { last: at, dirty: null };
      this.paintTo(at, isAlternative);
    }
  }

  /** `isAlternative`: the brush erases and the eraser paints, as with Shift held. */
  move(at: Point, isAlternative: boolean): void {
    if (this.stroke !== null) this.paintTo(at, isAlternative);
    if (this.start !== null) this.dragged.value = this.boxTo(at);
  }

  release(at: Point, isAlternative: boolean): void {
    if (this.stroke?.dirty) this.commit(this.stroke.dirty);
    this.stroke = null;
    if (this.start === null) return;
    const box = this.boxTo(at);
    const { points } = this.hints.value;
    if (box !== null) this.hints.value = { points, box };
    else if (this.isOnPhoto(at)) {
      this.hints.value = { ...this.hints.value, points: [...points, { ...at, is_inside: !isAlternative }] };
    }
    this.start = null;
    this.dragged.value = null;
    void this.ask();
  }

  /** The pointer was taken away in the middle: what was painted stays, a box or click does not. */
  cancel(): void {
    if (this.stroke?.dirty) this.commit(this.stroke.dirty);
    this.stroke = null;
    this.start = null;
    this.dragged.value = null;
  }

  /** Close the polygon or take the proposal. */
  accept(how: Blend = "replace", isAlternative = false): void {
    if (this.tool.value === "polygon") {
      const rect = fillPolygon(this.grid, this.corners.value, !isAlternative);
      if (rect !== null) this.commit(rect);
      if (this.corners.value.length >= 3) this.corners.value = [];
    } else if (this.proposal.value !== null) {
      this.commit(blend(this.grid, this.proposal.value, how));
      this.drop();
    }
  }

  /** Take back the last corner, or the last click or the box. */
  stepBack(): void {
    if (this.corners.value.length > 0) this.corners.value = this.corners.value.slice(0, -1);
    const { points, box } = this.hints.value;
    if (points.length > 0) this.hints.value = { points: points.slice(0, -1), box };
    else if (box !== null) this.hints.value = NO_HINTS;
    else return;
    void this.ask();
  }

  drop(): void {
    this.asked += 1;
    this.corners.value = [];
    this.hints.value = NO_HINTS;
    this.proposal.value = null;
    this.isProposing.value = false;
  }

  undo(): void {
    this.tell(this.history.undo());
  }

  redo(): void {
    this.tell(this.history.redo());
  }

  /** Take another mask as what is drawn now, as one step that can be undone. */
  take(pixels_HW: Uint8Array): void {
    this.commit(blend(this.grid, pixels_HW, "replace"));
  }

  /** What is drawn now is what is stored; later changes are told against it. */
  settle(pixels_HW: Uint8Array = this.grid.pixels_HW): void {
    this.origin_HW = pixels_HW.slice();
    this.tell(null);
  }

  private isOnPhoto(at: Point): boolean {
    return at.x >= 0 && at.y >= 0 && at.x <= this.grid.width && at.y <= this.grid.height;
  }

  private boxTo(at: Point): Rect | null {
    if (this.start === null) return null;
    const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
    const [left, right] = [this.start.x, at.x].map((x) => clamp(x, this.grid.width)).sort((a, b) => a - b);
    const [top, bottom] = [this.start.y, at.y].map((y) => clamp(y, this.grid.height)).sort((a, b) => a - b);
    const box = { x: left ?? 0, y: top ?? 0, width: (right ?? 0) - (left ?? 0), height: (bottom ?? 0) - (top ?? 0) };
    const least = Math.max(4, LEAST_DRAG * Math.max(this.grid.width, this.grid.height));
    return Math.min(box.width, box.height) >= least ? box : null;
  }

  private paintTo(at: Point, isAlternative: boolean): void {
    if (this.stroke === null) return;
    const isInside = (this.tool.value === "brush") !== isAlternative;
    const rect = paintStroke(this.grid, this.stroke.last, at, this.radius.value, isInside);
    this.stroke = { last: at, dirty: union(this.stroke.dirty, rect) };
    if (rect !== null) this.changed.value = { rect };
  }

  private commit(rect: Rect): void {
    this.history.commit(rect);
    this.tell(rect);
  }

  private tell(rect: Rect | null): void {
    if (rect !== null) this.changed.value = { rect };
    const isChanged = this.grid.pixels_HW.some((value, index) => value !== this.origin_HW[index]);
    this.steps.value = { canUndo: this.history.canUndo, canRedo: this.history.canRedo, isChanged };
  }

  private async ask(): Promise<void> {
    this.asked += 1;
    const number = this.asked;
    const hints = this.hints.value;
    if (hints.box === null && !hints.points.some((point) => point.is_inside)) {
      this.proposal.value = null;
      this.isProposing.value = false;
      return;
    }
    this.isProposing.value = true;
    try {
      const proposal = await this.propose(hints);
      // A later click has asked again, or the proposal was dropped.
      if (number === this.asked) this.proposal.value = proposal;
    } catch (problem) {
      if (number === this.asked) this.onProblem(problem);
    } finally {
      if (number === this.asked) this.isProposing.value = false;
    }
  }
}
