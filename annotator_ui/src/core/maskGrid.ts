/** Pixels of a mask and the ways to change them. Coordinates are photo pixels from the left top corner. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Row-major, 1 is the object. */
export class MaskGrid {
  constructor(
    readonly width: number,
    readonly height: number,
    readonly pixels_HW: Uint8Array = new Uint8Array(width * height),
  ) {
    if (pixels_HW.length !== width * height) throw new RangeError("a mask has one value for each pixel");
  }

  get whole(): Rect {
    return { x: 0, y: 0, width: this.width, height: this.height };
  }

  get area(): number {
    let area = 0;
    for (const value of this.pixels_HW) area += value;
    return area;
  }

  /** The values inside a rectangle that lies in the mask, row by row. */
  copy({ x, y, width, height }: Rect): Uint8Array {
    const values = new Uint8Array(width * height);
    for (let row = 0; row < height; row += 1) {
      const start = (y + row) * this.width + x;
      values.set(this.pixels_HW.subarray(start, start + width), row * width);
    }
    return values;
  }

  paste({ x, y, width, height }: Rect, values: Uint8Array): void {
    for (let row = 0; row < height; row += 1) {
      this.pixels_HW.set(values.subarray(row * width, (row + 1) * width), (y + row) * this.width + x);
    }
  }
}

function clipped(grid: MaskGrid, left: number, top: number, right: number, bottom: number): Rect | null {
  const x = Math.max(0, Math.floor(left));
  const y = Math.max(0, Math.floor(top));
  const width = Math.min(grid.width, Math.ceil(right)) - x;
  const height = Math.min(grid.height, Math.ceil(bottom)) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** The smallest rectangle round both. */
export function union(first: Rect | null, second: Rect | null): Rect | null {
  if (first === null || second === null) return first ?? second;
  const x = Math.min(first.x, second.x);
  const y = Math.min(first.y, second.y);
  const right = Math.max(first.x + first.width, second.x + second.width);
  const bottom = Math.max(first.y + first.height, second.y + second.height);
  return { x, y, width: right - x, height: bottom - y };
}

/** Paint a round brush along a line. Gives what may have changed; null when all of it lies beside the photo. */
export function paintStroke(grid: MaskGrid, from: Point, to: Point, radius: number, isInside: boolean): Rect | null {
  const rect = clipped(
    grid,
    Math.min(from.x, to.x) - radius,
    Math.min(from.y, to.y) - radius,
    Math.max(from.x, to.x) + radius,
    Math.max(from.y, to.y) + radius,
  );
  if (rect === null) return null;
  const [along_x, along_y] = [to.x - from.x, to.y - from.y];
  const squaredLength = along_x ** 2 + along_y ** 2;
  // A brush thinner than a pixel still paints the pixel that it is in.
  const squaredRadius = Math.max(radius, 0.71) ** 2;
  for (let y = rect.y; y < rect.y + rect.height; y += 1) {
    for (let x = rect.x; x < rect.x + rect.width; x += 1) {
      const [to_x, to_y] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const share = squaredLength === 0 ? 0 : (to_x * along_x + to_y * along_y) / squaredLength;
      const nearest = Math.min(1, Math.max(0, share));
      if ((to_x - nearest * along_x) ** 2 + (to_y - nearest * along_y) ** 2 <= squaredRadius) {
        grid.pixels_HW[y * grid.width + x] = isInside ? 1 : 0;
      }
    }
  }
  return rect;
}

/** Fill a polygon, by the even-odd rule, wherever a pixel's middle lies in it. Gives what may have changed. */
export function fillPolygon(grid: MaskGrid, corners: readonly Point[], isInside: boolean): Rect | null {
  if (corners.length < 3) return null;
  const xs = corners.map((corner) => corner.x);
  const ys = corners.map((corner) => corner.y);
  const rect = clipped(grid, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
  if (rect === null) return null;
  for (let y = rect.y; y < rect.y + rect.height; y += 1) {
    const cuts = crossings(corners, y + 0.5);
    for (let pair = 0; pair + 1 < cuts.length; pair += 2) {
      const start = Math.max(0, Math.ceil((cuts[pair] ?? 0) - 0.5));
      const end = Math.min(grid.width, Math.ceil((cuts[pair + 1] ?? 0) - 0.5));
      if (end > start) grid.pixels_HW.fill(isInside ? 1 : 0, y * grid.width + start, y * grid.width + end);
    }
  }
  return rect;
}

function crossings(corners: readonly Point[], y: number): number[] {
  const found: number[] = [];
  corners.forEach((from, index) => {
    const to = corners[(index + 1) % corners.length] ?? from;
    if (from.y <= y === to.y <= y) return;
    found.push(from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x));
  });
  return found.sort((first, second) => first - second);
}

/** How an earlier mask and a proposed one become one. */
export type Blend = "replace" | "add" | "remove";

export function blend(grid: MaskGrid, proposed_HW: Uint8Array, how: Blend): Rect {
  for (let index = 0; index < proposed_HW.length; index += 1) {
    const isProposed = proposed_HW[index] !== 0;
    if (how === "replace") grid.pixels_HW[index] = isProposed ? 1 : 0;
    else if (isProposed) grid.pixels_HW[index] = how === "add" ? 1 : 0;
  }
  return grid.whole;
}
