import { describe, expect, it } from "vitest";
import { depthResidual, readPoints } from "../../src/core/alignPoints";

const GRID = { width: 3, height: 2 };

/** A .npy file as NumPy writes it, with the header padded to a multiple of 64. */
function npy(numbers: readonly number[], header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 3), }") {
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const file = new Uint8Array(10 + padded.length + numbers.length * 4);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(file.buffer).setUint16(8, padded.length, true);
  file.set(new TextEncoder().encode(padded), 10);
  numbers.forEach((number, place) => {
    new DataView(file.buffer).setFloat32(10 + padded.length + place * 4, number, true);
  });
  return file.buffer;
}

const NUMBERS = Array.from({ length: 18 }, (_, place) => place / 2);

describe("a file of points", () => {
  it("is read as it was written, unknown ones as well", () => {
    expect([...(readPoints(npy(NUMBERS), GRID) ?? [])]).toEqual(NUMBERS);
    expect(readPoints(npy([Number.NaN, ...NUMBERS.slice(1)]), GRID)?.[0]).toBeNaN();
  });

  it("is refused when it is not one of this grid", () => {
    expect(readPoints(npy(NUMBERS), { width: 2, height: 3 })).toBeNull();
    expect(readPoints(npy(NUMBERS.slice(1)), GRID)).toBeNull();
    expect(readPoints(npy(NUMBERS).slice(0, 9), GRID)).toBeNull();
    expect(readPoints(new TextEncoder().encode("<html>an error of a proxy</html>").buffer, GRID)).toBeNull();
    for (const header of [
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3, 3), }",
      "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 3), }",
    ]) {
      expect(readPoints(npy(NUMBERS, header), GRID)).toBeNull();
    }
  });
});

describe("the distance in depth", () => {
  const side = 8;
  const depth = new Float32Array(side * side).fill(3);
  const points = new Float32Array(side * side * 3).fill(3.25);
  const mask = new Uint8Array(side * side).fill(1);

  it("is the median over mask, surface and known points", () => {
    expect(depthResidual(depth, mask, points)).toBe(0.25);
    const half = points.slice();
    // Just under half of them are far off, others unknown: the median does not see it.
    for (let pixel = 0; pixel < 20; pixel += 1) half[pixel * 3 + 2] = 99;
    for (let pixel = 20; pixel < 30; pixel += 1) half[pixel * 3 + 2] = Number.NaN;
    expect(depthResidual(depth, mask, half)).toBe(0.25);
    const even = points.slice();
    for (let pixel = 0; pixel < 32; pixel += 1) even[pixel * 3 + 2] = 3.75;
    expect(depthResidual(depth, mask, even)).toBe(0.5);
  });

  it("is not told from a few pixels", () => {
    const few = new Uint8Array(side * side).fill(1, 0, 31);
    expect(depthResidual(depth, few, points)).toBeNull();
    expect(depthResidual(new Float32Array(side * side).fill(Number.POSITIVE_INFINITY), mask, points)).toBeNull();
  });
});
