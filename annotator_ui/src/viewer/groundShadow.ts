/**
 * The soft shadow under an object, drawn by the processor once per model: what is near the ground darkens it.
 *
 * It is what a contact shadow from the graphics card would show, but it costs no render target, needs no frame of its
 * own, and comes back by itself after a lost context.
 */

export const SHADOW_CELLS = 64;
/** Side of the shadowed square in object units; the object itself is at most 1 wide. */
export const SHADOW_SIDE = 1.5;

const DARKEST = 0.5;
// At this height above the ground a surface darkens it by 1/e.
const FADE_HEIGHT = 0.22;
const BLUR_CELLS = 2;
const BLUR_PASSES = 2;
// Triangles that all cover the whole ground would take long; a shadow is not worth a stutter.
const MAX_VISITS = 4_000_000;

/** Writes the three corners (x, y, z each, in object units) of one triangle into `into`: no copy of the surface is made. */
export type ReadTriangle = (triangle: number, into: Float32Array) => void;

/**
 * Opacity of the shadow, `SHADOW_CELLS` squared, row by row along z from -SHADOW_SIDE / 2, x running fastest.
 * `ground` is the height of the ground.
 */
export function groundShadow(triangles: number, read: ReadTriangle, ground: number): Uint8Array<ArrayBuffer> {
  const dark = new Float32Array(SHADOW_CELLS * SHADOW_CELLS);
  const corners = new Float32Array(9);
  let visits = 0;
  for (let triangle = 0; triangle < triangles; triangle += 1) {
    read(triangle, corners);
    visits += darken(dark, corners, ground, visits < MAX_VISITS);
  }
  for (let pass = 0; pass < BLUR_PASSES; pass += 1) blur(dark);
  return Uint8Array.from(dark, (value) => Math.round(255 * DARKEST * Math.min(1, value)));
}

function cellOf(coordinate: number | undefined): number {
  return ((coordinate ?? 0) / SHADOW_SIDE + 0.5) * SHADOW_CELLS - 0.5;
}

/** Darkens the cells below one triangle; returns how many cells were looked at. */
function darken(dark: Float32Array, corners: Float32Array, ground: number, isWhole: boolean): number {
  const ax = cellOf(corners[0]);
  const az = cellOf(corners[2]);
  const bx = cellOf(corners[3]);
  const bz = cellOf(corners[5]);
  const cx = cellOf(corners[6]);
  const cz = cellOf(corners[8]);
  const height = ((corners[1] ?? 0) + (corners[4] ?? 0) + (corners[7] ?? 0)) / 3 - ground;
  const value = Math.exp(-Math.max(0, height) / FADE_HEIGHT);
  mark(dark, Math.round((ax + bx + cx) / 3), Math.round((az + bz + cz) / 3), value);
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
  const right = Math.min(SHADOW_CELLS - 1, Math.floor(Math.max(ax, bx, cx)));
  const near = Math.max(0, Math.ceil(Math.min(az, bz, cz)));
  const far = Math.min(SHADOW_CELLS - 1, Math.floor(Math.max(az, bz, cz)));
  if (!isWhole || !(left <= right && near <= far)) return 1;
  for (let row = near; row <= far; row += 1) {
    for (let column = left; column <= right; column += 1) {
      const ab = (bx - ax) * (row - az) - (bz - az) * (column - ax);
      const bc = (cx - bx) * (row - bz) - (cz - bz) * (column - bx);
      const ca = (ax - cx) * (row - cz) - (az - cz) * (column - cx);
      const isInside = (ab >= 0 && bc >= 0 && ca >= 0) || (ab <= 0 && bc <= 0 && ca <= 0);
      if (isInside) mark(dark, column, row, value);
    }
  }
  return 1 + (right - left + 1) * (far - near + 1);
}

function mark(dark: Float32Array, column: number, row: number, value: number): void {
  if (!(column >= 0 && row >= 0 && column < SHADOW_CELLS && row < SHADOW_CELLS)) return;
  const place = row * SHADOW_CELLS + column;
  if (value > (dark[place] ?? 0)) dark[place] = value;
}

function blur(dark: Float32Array): void {
  const before = new Float32Array(dark);
  blurAlong(before, dark, 1, SHADOW_CELLS);
  before.set(dark);
  blurAlong(before, dark, SHADOW_CELLS, 1);
}

function blurAlong(from: Float32Array, to: Float32Array, step: number, stride: number): void {
  for (let line = 0; line < SHADOW_CELLS; line += 1) {
    for (let cell = 0; cell < SHADOW_CELLS; cell += 1) {
      let sum = 0;
      for (let offset = -BLUR_CELLS; offset <= BLUR_CELLS; offset += 1) {
        const place = cell + offset;
        if (place >= 0 && place < SHADOW_CELLS) sum += from[line * stride + place * step] ?? 0;
      }
      to[line * stride + cell * step] = sum / (2 * BLUR_CELLS + 1);
    }
  }
}
