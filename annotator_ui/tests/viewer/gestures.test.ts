import { describe, expect, it } from "vitest";
import { pinchOf } from "../../src/viewer/gestures";

describe("two fingers", () => {
  it("that spread bring the camera nearer in the same measure", () => {
    const moved = pinchOf(
      [
        { x: 0, y: 0 },
        { x: 100, y: 0 },
      ],
      [
        { x: -50, y: 0 },
        { x: 150, y: 0 },
      ],
    );
    expect(moved).toEqual({ x: 0, y: 0, factor: 0.5 });
  });

  it("that move side by side move what is looked at and nothing else", () => {
    const moved = pinchOf(
      [
        { x: 0, y: 0 },
        { x: 30, y: 40 },
      ],
      [
        { x: 7, y: -2 },
        { x: 37, y: 38 },
      ],
    );
    expect(moved).toEqual({ x: 7, y: -2, factor: 1 });
  });

  it("on one spot do not throw the camera away", () => {
    expect(
      pinchOf(
        [
          { x: 5, y: 5 },
          { x: 5, y: 5 },
        ],
        [
          { x: 5, y: 5 },
          { x: 90, y: 5 },
        ],
      ).factor,
    ).toBe(1);
  });
});
