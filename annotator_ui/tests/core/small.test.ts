import { describe, expect, it } from "vitest";
import { replay } from "../../src/core/answer";
import { lettered, letterOf } from "../../src/core/letters";
import { eye, HOME, turn, zoom } from "../../src/core/orbit";
import { RecentlyUsed } from "../../src/core/recentlyUsed";
import { Stopwatch } from "../../src/core/stopwatch";

describe("orbit", () => {
  it("looks at the front from +z and at the side from +x", () => {
    expect(eye({ ...HOME, azimuth: 0, elevation: 0, distance: 2 }).map((value) => value.toFixed(3))).toEqual([
      "0.000",
      "0.000",
      "2.000",
    ]);
    expect(eye({ ...HOME, azimuth: 90, elevation: 0, distance: 2 })[0]).toBeCloseTo(2);
  });

  it("comes back to where it was after a full turn", () => {
    let orbit = HOME;
    for (let step = 0; step < 24; step += 1) orbit = turn(orbit, -15, 0);
    expect(orbit).toEqual(HOME);
  });

  it("never tips over the pole, and never enters or loses the object", () => {
    expect(turn(HOME, 0, 500).elevation).toBe(90);
    expect(turn(HOME, 0, -500).elevation).toBe(-90);
    expect(zoom(HOME, 0.001).distance).toBeGreaterThan(0.3);
    expect(zoom(HOME, 1000).distance).toBeLessThan(10);
  });
});

describe("recently used", () => {
  it("drops what was not used for longest", () => {
    const dropped: number[] = [];
    const kept = new RecentlyUsed<number>(2, (value) => dropped.push(value));
    kept.set("one", 1);
    kept.set("two", 2);
    kept.get("one");
    kept.set("three", 3);
    expect(dropped).toEqual([2]);
    expect(kept.size).toBe(2);
  });

  it("never drops what is pinned, and catches up when it no longer is", () => {
    const dropped: number[] = [];
    const kept = new RecentlyUsed<number>(1, (value) => dropped.push(value));
    kept.pin(["one", "two"]);
    kept.set("one", 1);
    kept.set("two", 2);
    expect(dropped).toEqual([]);
    kept.pin([]);
    expect(dropped).toEqual([1]);
  });

  it("drops a value that is replaced, and everything when cleared", () => {
    const dropped: number[] = [];
    const kept = new RecentlyUsed<number>(3, (value) => dropped.push(value));
    kept.set("one", 1);
    kept.set("one", 11);
    kept.clear();
    expect(dropped).toEqual([1, 11]);
  });
});

describe("stopwatch", () => {
  it("counts only while it runs", () => {
    let now = 0;
    const watch = new Stopwatch(() => now);
    now = 500;
    watch.run(true);
    now = 800;
    watch.run(true);
    watch.run(false);
    now = 5000;
    expect(watch.milliseconds).toBe(300);
    watch.run(true);
    now = 5100;
    expect(watch.milliseconds).toBe(400);
    watch.reset();
    now = 5150;
    expect(watch.milliseconds).toBe(50);
  });
});

describe("letters", () => {
  it("read A, B from left to right in the first pair", () => {
    for (const seed of ["1", "2", "3", "4", "5", "6"]) {
      const order = ["x", "y", "z"];
      const { left, right } = replay({ order, seed, mode: "king" }, []);
      expect(lettered(order, seed)).toEqual([left, right, "z"]);
    }
    expect(lettered(["x"], "1")).toEqual(["x"]);
  });

  it("follow the shown order", () => {
    expect(letterOf(["x", "y"], "y")).toBe("B");
    expect(letterOf(["x", "y"], "z")).toBe("?");
  });
});
