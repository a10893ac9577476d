import type { MaskGrid, Rect } from "./maskGrid";

interface Change {
  readonly rect: Rect;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Bytes of pixels kept for undo; the oldest changes are forgotten first. */
const BUDGET = 96 * 1024 * 1024;

/** Undo and redo of everything since the mask was opened. Keeps the changed rectangles, not whole masks. */
export class MaskHistory {
  private done: Change[] = [];
  private undone: Change[] = [];
  /** The mask as it was after the last change that is in the history. */
  private settled_HW: Uint8Array;

  constructor(
    private readonly grid: MaskGrid,
    private readonly budget = BUDGET,
  ) {
    this.settled_HW = grid.pixels_HW.slice();
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Take what was painted inside `rect` since the last change as one step. False when nothing is different. */
  commit(rect: Rect): boolean {
    const settled = this.settledInside(rect);
    const after = this.grid.copy(rect);
    if (settled.every((value, index) => value === after[index])) return false;
    this.done.push({ rect, before: settled, after });
    this.undone = [];
    this.settle(rect, after);
    let kept = this.done.reduce((sum, change) => sum + change.before.length + change.after.length, 0);
    while (kept > this.budget && this.done.length > 1) {
      const oldest = this.done.shift();
      kept -= 2 * (oldest?.before.length ?? 0);
    }
    return true;
  }

  /** Gives the rectangle that changed; null when there is nothing to undo. */
  undo(): Rect | null {
    const change = this.done.pop();
    if (change === undefined) return null;
    this.undone.push(change);
    return this.show(change.rect, change.before);
  }

  redo(): Rect | null {
    const change = this.undone.pop();
    if (change === undefined) return null;
    this.done.push(change);
    return this.show(change.rect, change.after);
  }

  private show(rect: Rect, values: Uint8Array): Rect {
    this.grid.paste(rect, values);
    this.settle(rect, values);
    return rect;
  }

  private settledInside({ x, y, width, height }: Rect): Uint8Array {
    const values = new Uint8Array(width * height);
    for (let row = 0; row < height; row += 1) {
      const start = (y + row) * this.grid.width + x;
      values.set(this.settled_HW.subarray(start, start + width), row * width);
    }
    return values;
  }

  private settle({ x, y, width, height }: Rect, values: Uint8Array): void {
    for (let row = 0; row < height; row += 1) {
      this.settled_HW.set(values.subarray(row * width, (row + 1) * width), (y + row) * this.grid.width + x);
    }
  }
}
