import { describe, expect, it } from "vitest";
import { dividedAt, viewportOf } from "../../src/viewer/pane";

const CANVAS = { left: 100, top: 50, right: 500, bottom: 350 };

describe("viewport", () => {
  it("counts from the canvas's lower left corner", () => {
    const pane = { left: 100, top: 50, right: 300, bottom: 250 };
    expect(viewportOf(pane, CANVAS)).toEqual({ left: 0, bottom: 100, width: 200, height: 200 });
  });

  it("is nothing for a pane that is hidden or outside", () => {
    expect(viewportOf({ left: 0, top: 0, right: 0, bottom: 0 }, CANVAS)).toBeNull();
    expect(viewportOf({ left: 600, top: 60, right: 700, bottom: 90 }, CANVAS)).toBeNull();
  });
});

describe("a divided pane", () => {
  const part = { left: 10, bottom: 20, width: 200, height: 100 };

  it("is shared without a gap and without overlap", () => {
    const [left, right] = dividedAt(part, 0.3333);
    expect(left).toEqual({ left: 10, bottom: 20, width: 67, height: 100 });
    expect(right).toEqual({ left: 77, bottom: 20, width: 133, height: 100 });
  });

  it("shows one model alone at either edge and beyond", () => {
    expect(dividedAt(part, -2)).toEqual([null, part]);
    expect(dividedAt(part, 1.5)).toEqual([part, null]);
  });
});
