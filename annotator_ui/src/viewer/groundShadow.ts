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

/**
 * Opacity of the shadow, `SHADOW_CELLS` squared, row by row along z from -SHADOW_SIDE / 2, x running fastest.
 * `corners` holds three corners (x, y, z) for each triangle in object units; `ground` is the height of the ground.
 */
export function groundShadow(corners: Float32Array, ground: number): Uint8Array<ArrayBuffer> {
  const dark = new Float32Array(SHADOW_CELLS * SHADOW_CELLS);
  let visits = 0;
  for (let at = 0; at + 9 <= corners.length; at += 9) visits += darken(dark, corners, at, ground, visits < MAX_VISITS);
  for (let pass = 0; pass < BLUR_PASSES; pass += 1) blur(dark);
  return Uint8Array.from(dark, (value) => Math.round(255 * DARKEST * Math.min(1, value)));
}

function cellOf(coordinate: number): number {
  return (coordinate / SHADOW_SIDE + 0.5) * SHADOW_CELLS - 0.5;
}

/** Darkens the cells below one triangle; returns how many cells were looked at. */
function darken(dark: Float32Array, corners: Float32Array, at: number, ground: number, isWhole: boolean): number {
  const x = [0, 3, 6].map((offset) => cellOf(corners[at + offset] ?? 0)) as [number, number, number];
  const z = [2, 5, 8].map((offset) => cellOf(corners[at + offset] ?? 0)) as [number, number, number];
  const height = ((corners[at + 1] ?? 0) + (corners[at + 4] ?? 0) + (corners[at + 7] ?? 0)) / 3 - ground;
  const value = Math.exp(-Math.max(0, height) / FADE_HEIGHT);
  mark(dark, Math.round((x[0] + x[1] + x[2]) / 3), Math.round((z[0] + z[1] + z[2]) / 3), value);
  const [left, right] = [
    Math.max(0, Math.ceil(Math.min(...x))),
    Math.min(SHADOW_CELLS - 1, Math.floor(Math.max(...x))),
  ];
  const [near, far] = [Math.max(0, Math.ceil(Math.min(...z))), Math.min(SHADOW_CELLS - 1, Math.floor(Math.max(...z)))];
  if (!isWhole || left > right || near > far) return 1;
  for (let row = near; row <= far; row += 1) {
    for (let column = left; column <= right; column += 1) {
      if (isInside(x, z, column, row)) mark(dark, column, row, value);
    }
  }
  return 1 + (right - left + 1) * (far - near + 1);
}

function mark(dark: Float32Array, column: number, row: number, value: number): void {
  if (column < 0 || row < 0 || column >= SHADOW_CELLS || row >= SHADOW_CELLS) return;
  const place = row * SHADOW_CELLS + column;
  if (value > (dark[place] ?? 0)) dark[place] = value;
}

function isInside(x: readonly number[], z: readonly number[], column: number, row: number): boolean {
  let hasLeft = false;
  let hasRight = false;
  for (let from = 0; from < 3; from += 1) {
    const to = (from + 1) % 3;
    const [ax = 0, az = 0, bx = 0, bz = 0] = [x[from], z[from], x[to], z[to]];
    const side = (bx - ax) * (row - az) - (bz - az) * (column - ax);
    hasLeft ||= side > 0;
    hasRight ||= side < 0;
  }
  return !(hasLeft && hasRight);
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
