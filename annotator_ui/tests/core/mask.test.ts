import { describe, expect, it, vi } from "vitest";
import { blend, fillPolygon, MaskGrid, paintStroke, union } from "../../src/core/maskGrid";
import { MaskHistory } from "../../src/core/maskHistory";
import { maskActionOf } from "../../src/core/maskKeys";
import { type Hints, MaskSession } from "../../src/core/maskSession";
import { fitted, panned, toPhoto, zoomed } from "../../src/core/maskView";

const drawn = (grid: MaskGrid): string[] =>
  Array.from({ length: grid.height }, (_, y) =>
    [...grid.pixels_HW.subarray(y * grid.width, (y + 1) * grid.width)].map((value) => (value ? "#" : ".")).join(""),
  );

describe("pixels of a mask", () => {
  it("a stroke is as wide as the brush and round at both ends", () => {
    const grid = new MaskGrid(8, 5);
    const rect = paintStroke(grid, { x: 2.5, y: 2.5 }, { x: 5.5, y: 2.5 }, 1.2, true);
    expect(drawn(grid)).toEqual(["........", "..####..", ".######.", "..####..", "........"]);
    expect(rect).toEqual({ x: 1, y: 1, width: 6, height: 3 });
  });

  it("the eraser takes away what the brush painted", () => {
    const grid = new MaskGrid(5, 3, new Uint8Array(15).fill(1));
    paintStroke(grid, { x: 2.5, y: 1.5 }, { x: 2.5, y: 1.5 }, 1, false);
    expect(drawn(grid)).toEqual(["##.##", "#...#", "##.##"]);
  });

  it("beside the photo nothing is painted, and half beside it the half inside", () => {
    const grid = new MaskGrid(3, 3);
    expect(paintStroke(grid, { x: -9, y: 1 }, { x: -9, y: 2 }, 2, true)).toBeNull();
    paintStroke(grid, { x: 0, y: 1.5 }, { x: 0, y: 1.5 }, 1, true);
    expect(drawn(grid)).toEqual(["...", "#..", "..."]);
  });

  it("even the thinnest brush paints the pixel under it", () => {
    const grid = new MaskGrid(3, 1);
    paintStroke(grid, { x: 1.5, y: 0.5 }, { x: 1.5, y: 0.5 }, 0.01, true);
    expect(drawn(grid)[0]?.[1]).toBe("#");
  });

  it("a polygon is filled by the even-odd rule, also where it leaves the photo", () => {
    const grid = new MaskGrid(6, 4);
    fillPolygon(
      grid,
      [
        { x: 1, y: 1 },
        { x: 99, y: 1 },
        { x: 99, y: 3 },
        { x: 1, y: 3 },
      ],
      true,
    );
    expect(drawn(grid)).toEqual(["......", ".#####", ".#####", "......"]);
    expect(fillPolygon(grid, [{ x: 0, y: 0 }], true)).toBeNull();
  });

  it("a proposal replaces, adds or takes away", () => {
    const proposed = Uint8Array.from([0, 1, 1, 0]);
    const blended = (how: "replace" | "add" | "remove") => {
      const grid = new MaskGrid(4, 1, Uint8Array.from([1, 1, 0, 0]));
      blend(grid, proposed, how);
      return drawn(grid)[0];
    };
    expect([blended("replace"), blended("add"), blended("remove")]).toEqual([".##.", "###.", "#..."]);
  });

  it("two rectangles become the one round both", () => {
    const [first, second] = [
      { x: 1, y: 5, width: 2, height: 2 },
      { x: 6, y: 1, width: 1, height: 1 },
    ];
    expect(union(first, second)).toEqual({ x: 1, y: 1, width: 6, height: 6 });
    expect(union(null, second)).toBe(second);
  });
});

describe("undo of a mask", () => {
  it("goes back and forth over every change", () => {
    const grid = new MaskGrid(6, 1);
    const history = new MaskHistory(grid);
    const states = [drawn(grid)[0]];
    for (const x of [0.5, 2.5, 4.5]) {
      const rect = paintStroke(grid, { x, y: 0.5 }, { x, y: 0.5 }, 0.5, true);
      if (rect) history.commit(rect);
      states.push(drawn(grid)[0]);
    }
    for (const expected of states.slice(0, -1).reverse()) {
      history.undo();
      expect(drawn(grid)[0]).toBe(expected);
    }
    expect(history.undo()).toBeNull();
    for (const expected of states.slice(1)) {
      history.redo();
      expect(drawn(grid)[0]).toBe(expected);
    }
  });

  it("a stroke that changes nothing is no step, and a new one forgets what was undone", () => {
    const grid = new MaskGrid(4, 1);
    const history = new MaskHistory(grid);
    expect(history.commit(grid.whole)).toBe(false);
    grid.pixels_HW[0] = 1;
    history.commit(grid.whole);
    history.undo();
    grid.pixels_HW[3] = 1;
    history.commit(grid.whole);
    expect(history.canRedo).toBe(false);
  });

  it("forgets the oldest changes when it grows too large", () => {
    const grid = new MaskGrid(10, 1);
    const history = new MaskHistory(grid, 60);
    for (let index = 0; index < 10; index += 1) {
      grid.pixels_HW[index] = 1;
      history.commit(grid.whole);
    }
    let steps = 0;
    while (history.undo() !== null) steps += 1;
    expect(steps).toBe(3);
  });
});

describe("what is seen of the photo", () => {
  const photo = { width: 400, height: 200 };
  const board = { width: 424, height: 424 };

  it("fits in the middle and keeps the place under the pointer while zooming", () => {
    const view = fitted(photo, board);
    expect(view).toEqual({ scale: 1, x: 12, y: 112 });
    const at = { x: 100, y: 150 };
    const before = toPhoto(view, at);
    expect(toPhoto(zoomed(view, 3, at, photo, board), at)).toEqual(before);
  });

  it("never loses the photo, however far one drags or zooms", () => {
    const away = panned(fitted(photo, board), { x: 9e9, y: -9e9 }, photo, board);
    expect(away.x).toBeLessThan(board.width);
    expect(away.y + photo.height * away.scale).toBeGreaterThan(0);
    expect(zoomed(away, 0, { x: 0, y: 0 }, photo, board).scale).toBeGreaterThan(0.4);
  });
});

describe("drawing a mask", () => {
  const session = (propose: (hints: Hints) => Promise<Uint8Array> = async () => new Uint8Array(100).fill(1)) => {
    const problems: unknown[] = [];
    const made = new MaskSession(new MaskGrid(10, 10), propose, (problem) => problems.push(problem));
    made.radius.value = 1;
    return { made, problems };
  };

  it("one stroke is one step, and undoing it leaves nothing changed", () => {
    const { made } = session();
    made.press({ x: 2, y: 2 }, false);
    made.move({ x: 6, y: 2 }, false);
    made.release({ x: 6, y: 2 }, false);
    expect(made.steps.value).toEqual({ canUndo: true, canRedo: false, isChanged: true });
    made.undo();
    expect(made.grid.area).toBe(0);
    expect(made.steps.value).toEqual({ canUndo: false, canRedo: true, isChanged: false });
  });

  it("Shift makes an eraser of the brush", () => {
    const { made } = session();
    made.take(new Uint8Array(100).fill(1));
    made.press({ x: 5, y: 5 }, true);
    made.release({ x: 5, y: 5 }, true);
    expect(made.grid.area).toBeLessThan(100);
  });

  it("a polygon is filled when it is accepted, and its corners can be taken back one by one", () => {
    const { made } = session();
    made.choose("polygon");
    for (const [x, y] of [
      [2, 2],
      [8, 2],
      [8, 8],
      [2, 8],
      [0, 0],
    ] as const)
      made.press({ x, y }, false);
    made.stepBack();
    made.accept();
    expect(made.grid.area).toBe(36);
    expect(made.corners.value).toEqual([]);
  });

  it("clicks and a dragged box ask for a proposal, which counts only when it is taken", async () => {
    const asked: Hints[] = [];
    const { made } = session(async (hints) => {
      asked.push(hints);
      return new Uint8Array(100).fill(1);
    });
    made.choose("auto");
    made.press({ x: 1, y: 1 }, false);
    made.move({ x: 9, y: 8 }, false);
    made.release({ x: 9, y: 8 }, false);
    made.press({ x: 5, y: 5 }, true);
    made.release({ x: 5, y: 5 }, true);
    await vi.waitFor(() => expect(made.proposal.value).not.toBeNull());
    expect(asked.at(-1)).toEqual({
      points: [{ x: 5, y: 5, is_inside: false }],
      box: { x: 1, y: 1, width: 8, height: 7 },
    });
    expect(made.grid.area).toBe(0);
    made.accept();
    expect(made.grid.area).toBe(100);
    expect(made.hints.value).toEqual({ points: [], box: null });
  });

  it("an answer that comes after the proposal was dropped is forgotten", async () => {
    let answer: (mask: Uint8Array) => void = () => undefined;
    const { made } = session(() => new Promise((resolve) => (answer = resolve)));
    made.choose("auto");
    made.press({ x: 5, y: 5 }, false);
    made.release({ x: 5, y: 5 }, false);
    made.drop();
    answer(new Uint8Array(100).fill(1));
    await Promise.resolve();
    expect(made.proposal.value).toBeNull();
  });

  it("a proposal that fails is said once and leaves the drawing as it is", async () => {
    const { made, problems } = session(() => Promise.reject(new Error("nothing there")));
    made.choose("auto");
    made.press({ x: 5, y: 5 }, false);
    made.release({ x: 5, y: 5 }, false);
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(made.isProposing.value).toBe(false);
  });
});

describe("keys of the mask page", () => {
  const press = (key: string, more: object = {}) =>
    maskActionOf({ key, isCtrl: false, isShift: false, isAlt: false, isRepeat: false, ...more });

  it("letters choose tools, brackets the size, with Caps Lock as well", () => {
    expect(press("B")).toEqual({ kind: "tool", tool: "brush" });
    expect(press("[", { isRepeat: true })).toEqual({ kind: "smaller" });
    expect(press("e", { isRepeat: true })).toBeNull();
  });

  it("Ctrl+Z undoes and Ctrl+Shift+Z redoes; Ctrl+E stays the browser's", () => {
    expect(press("z", { isCtrl: true })).toEqual({ kind: "undo" });
    expect(press("Z", { isCtrl: true, isShift: true })).toEqual({ kind: "redo" });
    expect(press("e", { isCtrl: true })).toBeNull();
  });
});
