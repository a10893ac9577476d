/** A photo's pointmap on the grid, and how far a placed surface is from it. Counted as the server counts. */

import type { Grid } from "./alignOverlap";

/** Metres, row by row: x to the left, y up, z forward; NaN where unknown. */
export type Points = Float32Array;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
const HEADER = 10;
/** Fewer pixels with a point say nothing about a distance. */
const FEWEST = 32;

/** The array of a .npy file (version 1.0, little-endian float32, rows first), or null if it is not one of this grid. */
export function readPoints(file: ArrayBuffer, grid: Grid): Points | null {
  const bytes = new Uint8Array(file);
  if (bytes.length < HEADER || MAGIC.some((byte, place) => bytes[place] !== byte)) return null;
  const start = HEADER + new DataView(file).getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(HEADER, start));
  const shape = /'shape': \((\d+), (\d+), 3\)/.exec(header);
  const isPlain = header.includes("'descr': '<f4'") && header.includes("'fortran_order': False");
  const isGrid = Number(shape?.[1]) === grid.height && Number(shape?.[2]) === grid.width;
  const count = grid.width * grid.height * 3;
  if (!isPlain || !isGrid || bytes.length !== start + count * 4) return null;
  return new Float32Array(file.slice(start));
}

/**
 * The median distance along z between surface and points, in metres, where the mask, the surface and a known point
 * are; null where they are too few. `depth` is infinite beside the surface.
 */
export function depthResidual(depth: Float32Array, mask: Uint8Array, points: Points): number | null {
  const apart: number[] = [];
  for (let pixel = 0; pixel < depth.length; pixel += 1) {
    if (mask[pixel] === 0) continue;
    const distance = Math.abs((depth[pixel] ?? Number.NaN) - (points[pixel * 3 + 2] ?? Number.NaN));
    if (Number.isFinite(distance)) apart.push(distance);
  }
  if (apart.length < FEWEST) return null;
  const sorted = Float64Array.from(apart).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
