import { describe, expect, it } from "vitest";
import { fitCurve } from "../../src/core/curve";

describe("fitCurve", () => {
  it("puts the first point left, the last right and the lowest loss at the bottom", () => {
    const curve = fitCurve([[10, 2], [15, 1], [20, 1.5]], 100, 40); // biome-ignore format: one line reads as a table
    expect(curve).toEqual({ points: "0.0,0.0 50.0,40.0 100.0,20.0", low: 1, high: 2 });
  });

  it("draws a flat curve in the middle", () => {
    expect(fitCurve([[0, 3], [1, 3]], 10, 40)?.points).toBe("0.0,20.0 10.0,20.0"); // biome-ignore format: as above
  });

  it("has nothing to draw from one point or from no finite ones", () => {
    expect(fitCurve([[0, 3]], 10, 40)).toBeNull();
    expect(fitCurve([[0, Number.NaN], [1, Number.NaN]], 10, 40)).toBeNull(); // biome-ignore format: as above
  });
});
