/** How well a silhouette covers a mask, counted on the grid that the server counts on. */

/** Longer side of the grid in pixels. */
export const GRID = 512;

export interface Grid {
  readonly width: number;
  readonly height: number;
}

export function gridOf(width: number, height: number): Grid {
  const factor = Math.min(1, GRID / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.floor(length * factor + 0.5));
  return { width: side(width), height: side(height) };
}

/** The mask's values at the centres of the grid's pixels. `rgba`: row-major, the red channel tells. */
export function maskOnGrid(rgba: ArrayLike<number>, width: number, height: number): Uint8Array {
  const grid = gridOf(width, height);
  const mask = new Uint8Array(grid.width * grid.height);
  for (let row = 0; row < grid.height; row += 1) {
    const v = Math.floor(((row + 0.5) * height) / grid.height);
    for (let column = 0; column < grid.width; column += 1) {
      const u = Math.floor(((column + 0.5) * width) / grid.width);
      mask[row * grid.width + column] = (rgba[(v * width + u) * 4] ?? 0) > 0 ? 1 : 0;
    }
  }
  return mask;
}

/** Shared over joint pixels; 0 when both are empty. */
export function overlap(left: Uint8Array, right: Uint8Array): number {
  let shared = 0;
  let joint = 0;
  for (let index = 0; index < left.length; index += 1) {
    const [one, other] = [left[index] !== 0, right[index] !== 0];
    if (one && other) shared += 1;
    if (one || other) joint += 1;
  }
  return joint === 0 ? 0 : shared / joint;
}

/** Pixels of both, of the object alone and of the mask alone. */
export function difference(
  drawn: Uint8Array,
  mask: Uint8Array,
): { both: Uint8Array; over: Uint8Array; under: Uint8Array } {
  const both = new Uint8Array(drawn.length);
  const over = new Uint8Array(drawn.length);
  const under = new Uint8Array(drawn.length);
  for (let index = 0; index < drawn.length; index += 1) {
    const [isDrawn, isMask] = [drawn[index] !== 0, mask[index] !== 0];
    if (isDrawn && isMask) both[index] = 1;
    else if (isDrawn) over[index] = 1;
    else if (isMask) under[index] = 1;
  }
  return { both, over, under };
}
