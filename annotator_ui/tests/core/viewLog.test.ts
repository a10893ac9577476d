import { beforeEach, describe, expect, it } from "vitest";
import { drawnMode, modesOf, nextMode } from "../../src/core/viewerModes";
import { ViewLog } from "../../src/core/viewLog";

let now = 0;
let log: ViewLog;

beforeEach(() => {
  now = 1000;
  log = new ViewLog(() => now);
});

describe("what was looked at", () => {
  it("is counted for every candidate on screen, mode by mode", () => {
    log.show(["a", "b"], "colour");
    now += 300;
    log.show(["a", "b"], "clay");
    now += 50;
    log.show(["a", "c"], "clay");
    now += 20;
    expect(log.views()).toEqual([
      { candidate_id: "a", mode: "colour", milliseconds: 300 },
      { candidate_id: "a", mode: "clay", milliseconds: 70 },
      { candidate_id: "b", mode: "colour", milliseconds: 300 },
      { candidate_id: "b", mode: "clay", milliseconds: 50 },
      { candidate_id: "c", mode: "clay", milliseconds: 20 },
    ]);
  });

  it("stands still while nothing is on screen", () => {
    log.show(["a"], "colour");
    now += 10;
    log.show([], "colour");
    now += 9999;
    expect(log.views()).toEqual([{ candidate_id: "a", mode: "colour", milliseconds: 10 }]);
  });

  it("takes no time away when the clock is set back", () => {
    log.show(["a"], "colour");
    now += 10;
    log.show(["a"], "colour");
    now -= 500;
    expect(log.views()).toEqual([{ candidate_id: "a", mode: "colour", milliseconds: 10 }]);
  });
});

describe("what was turned", () => {
  it("is what was on screen while the camera went far enough, to and fro added up", () => {
    log.show(["a", "b"], "colour");
    log.turn(16);
    log.show(["a", "c"], "colour");
    log.turn(-15);
    expect(log.turnedIds()).toEqual(["a"]);
  });
});

describe("a new task", () => {
  it("starts with nothing", () => {
    log.show(["a"], "colour");
    log.turn(90);
    now += 10;
    log.reset();
    now += 10;
    expect([log.views(), log.turnedIds()]).toEqual([[], []]);
  });

  it("goes on from its draft", () => {
    log.show(["a"], "colour");
    log.turn(20);
    now += 40;
    const kept = JSON.parse(JSON.stringify(log.state()));
    const after = new ViewLog(() => now);
    after.reset(kept);
    after.show(["a"], "colour");
    after.turn(20);
    now += 5;
    expect(after.views()).toEqual([{ candidate_id: "a", mode: "colour", milliseconds: 45 }]);
    expect(after.turnedIds()).toEqual(["a"]);
  });
});

describe("modes", () => {
  it("offer colours only where an asset has some", () => {
    expect(modesOf([{ hasColour: false }, { hasColour: true }])).toContain("colour");
    expect(modesOf([{ hasColour: false }])).toEqual(["clay", "normals", "wireframe"]);
  });

  it("fall back to clay and go round", () => {
    const offered = modesOf([{ hasColour: false }]);
    expect(drawnMode("colour", offered)).toBe("clay");
    expect(nextMode("wireframe", offered)).toBe("clay");
  });
});
