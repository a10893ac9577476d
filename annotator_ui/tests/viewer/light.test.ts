import { BoxGeometry, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { floorLines } from "../../src/viewer/floor";
import { groundShadow, SHADOW_CELLS, SHADOW_SIDE } from "../../src/viewer/groundShadow";
import { neutralLight, radianceFrom } from "../../src/viewer/neutralLight";

function cornersOf(side: number, at: readonly [number, number, number]): Float32Array {
  const box = new BoxGeometry(side, side, side).translate(...at).toNonIndexed();
  return Float32Array.from(box.getAttribute("position").array);
}

function shadowOf(corners: Float32Array, ground: number): Uint8Array {
  const read = (triangle: number, into: Float32Array): void =>
    into.set(corners.subarray(9 * triangle, 9 * triangle + 9));
  return groundShadow(corners.length / 9, read, ground);
}

/** Opacity under a place of the floor. */
function shadeAt(shadow: Uint8Array, x: number, z: number): number {
  const cell = (value: number): number => Math.round((value / SHADOW_SIDE + 0.5) * SHADOW_CELLS - 0.5);
  return shadow[cell(z) * SHADOW_CELLS + cell(x)] ?? -1;
}

describe("the shadow on the ground", () => {
  it("lies under what stands there and nowhere else", () => {
    const shadow = shadowOf(cornersOf(0.2, [0.3, -0.4, -0.2]), -0.5);
    expect(shadeAt(shadow, 0.3, -0.2)).toBeGreaterThan(100);
    expect(shadeAt(shadow, -0.3, 0.2)).toBe(0);
    expect(shadeAt(shadow, -0.2, 0.3)).toBe(0);
  });

  it("is fainter the higher the object floats", () => {
    const shades = [-0.4, -0.2, 0.2].map((height) => shadeAt(shadowOf(cornersOf(0.2, [0, height, 0]), -0.5), 0, 0)) as [
      number,
      number,
      number,
    ];
    expect(shades[0]).toBeGreaterThan(shades[1]);
    expect(shades[1]).toBeGreaterThan(shades[2]);
  });

  it("stays the same when triangles are cut into small ones", () => {
    const whole = cornersOf(0.5, [0, -0.25, 0]);
    const fine = Float32Array.from(
      new BoxGeometry(0.5, 0.5, 0.5, 60, 60, 60).translate(0, -0.25, 0).toNonIndexed().getAttribute("position").array,
    );
    const [a, b] = [shadeAt(shadowOf(whole, -0.5), 0.1, 0.1), shadeAt(shadowOf(fine, -0.5), 0.1, 0.1)];
    expect(Math.abs(a - b)).toBeLessThanOrEqual(3);
  });

  it("survives triangles outside the floor and triangles of nothing", () => {
    expect(() =>
      shadowOf(Float32Array.from([9, 9, 9, 9, 9, 9, 9, 9, 9, Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0]), 0),
    ).not.toThrow();
  });
});

describe("the studio's light", () => {
  const light = neutralLight();
  const irradiance = (x: number, y: number, z: number): number =>
    light.sh.getIrradianceAt(new Vector3(x, y, z).normalize(), new Vector3()).x;

  it("is the cosine-weighted sum of what comes from all sides", () => {
    let sum = 0;
    const samples = 20000;
    const normal = new Vector3(0, 1, 0);
    const direction = new Vector3();
    for (let index = 0; index < samples; index += 1) {
      const y = 1 - (2 * (index + 0.5)) / samples;
      const ring = Math.sqrt(1 - y * y);
      direction.set(ring * Math.cos(2.39996 * index), y, ring * Math.sin(2.39996 * index));
      sum += (Math.max(0, normal.dot(direction)) * radianceFrom(direction) * 4 * Math.PI) / samples;
    }
    // Nine numbers hold it to a few hundredths.
    expect(irradiance(0, 1, 0) / sum).toBeGreaterThan(0.95);
    expect(irradiance(0, 1, 0) / sum).toBeLessThan(1.05);
  });

  it("comes from above, never less than nothing, and has no colour", () => {
    expect(irradiance(0, 1, 0)).toBeGreaterThan(2 * irradiance(0, -1, 0));
    for (const [x, y, z] of [
      [0, -1, 0],
      [1, 0, 0],
      [-1, 0, 0],
      [0, 0, 1],
      [0, 0, -1],
      [1, -1, 1],
    ] as const) {
      expect(irradiance(x, y, z)).toBeGreaterThan(0);
    }
    for (const { x, y, z } of light.sh.coefficients) expect([y, z]).toEqual([x, x]);
  });
});

describe("the ruler", () => {
  it("is as long as the longest side of every model", () => {
    const lines = floorLines();
    const heights = lines.filter((_value, place) => place % 3 === 1);
    expect([Math.min(...heights), Math.max(...heights)]).toEqual([0, 1]);
    expect(lines.length % 6).toBe(0);
  });
});
