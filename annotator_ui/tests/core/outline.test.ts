import { describe, expect, it } from "vitest";
import { grow, maskBox, outlinePath } from "../../src/core/outline";

/** "#" is the object. */
function mask(...rows: string[]): [Uint8Array, number, number] {
  const width = rows[0]?.length ?? 0;
  const inside = Uint8Array.from(rows.join(""), (sign) => (sign === "#" ? 1 : 0));
  return [inside, width, rows.length];
}

/** Signed area of each closed polygon: borders one way round, holes the other. */
function areas(path: string): number[] {
  return path
    .split("Z")
    .filter((part) => part !== "")
    .map((part) => {
      const points = part
        .slice(1)
        .split("L")
        .map((point) => point.split(" ").map(Number) as [number, number]);
      return points.reduce((sum, [x, y], index) => {
        const [nextX, nextY] = points[(index + 1) % points.length] ?? [0, 0];
        return sum + (x * nextY - nextX * y) / 2;
      }, 0);
    });
}

describe("outline", () => {
  it("goes round one pixel", () => {
    expect(outlinePath(...mask("...", ".#.", "..."))).toBe("M1 1L2 1L2 2L1 2Z");
  });

  it("joins straight runs into one line", () => {
    expect(outlinePath(...mask("###", "###"))).toBe("M0 0L3 0L3 2L0 2Z");
  });

  it("draws every part and every hole, and their areas add up to the pixels", () => {
    const [inside, width, height] = mask("#####..", "#...#..", "#.#.#.#", "#...#..", "#####..");
    const found = areas(outlinePath(inside, width, height));
    expect(found).toHaveLength(4);
    expect(found.filter((area) => area < 0)).toEqual([-9]);
    expect(found.reduce((sum, area) => sum + area, 0)).toBe(inside.reduce((sum, value) => sum + value, 0));
  });

  it("closes every polygon where pixels touch by a corner", () => {
    const [inside, width, height] = mask("#.", ".#");
    expect(areas(outlinePath(inside, width, height)).reduce((sum, area) => sum + area, 0)).toBe(2);
  });

  it("is empty for an empty mask", () => {
    expect(outlinePath(...mask("..", ".."))).toBe("");
    expect(maskBox(...mask("..", ".."))).toBeNull();
  });

  it("boxes the object and grows the box inside the photo", () => {
    const box = maskBox(...mask("....", "..#.", ".##.", "...."));
    expect(box).toEqual({ x: 1, y: 1, width: 2, height: 2 });
    expect(box && grow(box, 0.5, 4, 4)).toEqual({ x: 0, y: 0, width: 4, height: 4 });
    expect(box && grow(box, 5, 4, 4)).toEqual({ x: 0, y: 0, width: 4, height: 4 });
  });
});
