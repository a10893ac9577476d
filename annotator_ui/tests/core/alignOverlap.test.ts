import { describe, expect, it } from "vitest";
import { difference, gridOf, maskOnGrid, overlap } from "../../src/core/alignOverlap";
import { fitView, focusBox } from "../../src/core/alignView";

describe("overlap", () => {
  it("counts shared over joint pixels", () => {
    expect(overlap(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 1, 1, 0))).toBeCloseTo(1 / 3);
    expect(overlap(Uint8Array.of(0, 0), Uint8Array.of(0, 0))).toBe(0);
    expect(overlap(Uint8Array.of(1, 255), Uint8Array.of(7, 1))).toBe(1);
  });

  it("sorts pixels into both, object alone and mask alone", () => {
    const parts = difference(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(1, 0, 1, 0));
    expect([...parts.both]).toEqual([1, 0, 0, 0]);
    expect([...parts.over]).toEqual([0, 1, 0, 0]);
    expect([...parts.under]).toEqual([0, 0, 1, 0]);
  });

  it("keeps small photos and shrinks large ones to 512", () => {
    expect(gridOf(640, 480)).toEqual({ width: 512, height: 384 });
    expect(gridOf(100, 300)).toEqual({ width: 100, height: 300 });
    // Half a pixel is rounded up, as the server does.
    expect(gridOf(1024, 301)).toEqual({ width: 512, height: 151 });
  });

  it("takes the mask's value at each grid pixel's centre", () => {
    const [width, height] = [1024, 2];
    const rgba = new Uint8ClampedArray(width * height * 4);
    for (let x = 0; x < width; x += 2) rgba[(width + x) * 4] = 255;
    const mask = maskOnGrid(rgba, width, height);
    expect(mask.length).toBe(512);
    // Centres lie at odd columns of the lower row: 1, 3, 5 …, and there the mask is empty.
    expect(mask.some((value) => value !== 0)).toBe(false);
    for (let x = 1; x < width; x += 2) rgba[(width + x) * 4] = 1;
    expect(maskOnGrid(rgba, width, height).every((value) => value === 1)).toBe(true);
  });
});

describe("view", () => {
  it("has the pane's proportions and holds the box", () => {
    const view = fitView({ x: 10, y: 20, width: 100, height: 50 }, 300, 300);
    expect(view).toEqual({ x: 10, y: -5, width: 100, height: 100 });
    expect(fitView({ x: 0, y: 0, width: 100, height: 50 }, 600, 100).width).toBe(300);
  });

  it("looks at the mask with room round it, or at all", () => {
    const box = { x: 100, y: 100, width: 100, height: 100 };
    expect(focusBox(box, true, 640, 480)).toEqual({ x: 55, y: 55, width: 190, height: 190 });
    expect(focusBox(box, false, 640, 480)).toEqual({ x: 0, y: 0, width: 640, height: 480 });
    expect(focusBox(null, true, 640, 480).width).toBe(640);
  });
});
