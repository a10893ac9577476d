import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { AnnotationSession } from "../../src/core/annotationSession";
import { MAX_HELD } from "../../src/core/assignment";
import type { Pose } from "../../src/core/orbit";
import { Desk } from "../../src/pages/annotate/desk";
import { MemoryAnnotationApi } from "../../src/pages/annotate/memoryAnnotationApi";

const NOW = Date.parse("2030-05-01T08:00:00Z");
const STORE = { keys: () => [], get: () => null, set: () => {}, remove: () => {}, watch: () => {} };

let api: MemoryAnnotationApi;
let desk: Desk;

function press(...keys: string[]): void {
  for (const key of keys) desk.press({ key, isCtrl: false, isShift: false, isAlt: false, isRepeat: false });
}

function draw(): void {
  const keys = new Set(desk.slots.value.map((slot) => slot.key));
  desk.drawn.value = keys;
  desk.settled.value = keys;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

beforeEach(async () => {
  api = new MemoryAnnotationApi(2, () => NOW, 2);
  let uuids = 0;
  const uuid = (): string => {
    uuids += 1;
    return `key-${uuids}`;
  };
  desk = new Desk(new AnnotationSession(api, STORE, { now: () => NOW, random: () => 0.5, uuid }));
  await desk.session.start();
  draw();
  press("1");
  draw();
});

describe("rating by key", () => {
  it.each([
    ["1", 0.2],
    ["2", 0.4],
    ["3", 0.6],
    ["4", 0.8],
    ["5", 1],
  ])("gives the winner the step of key %s", async (key, rating) => {
    expect(desk.context.value).toBe("rating");
    press(key, "Enter");
    await settle();
    expect(api.submitted.map((one) => one.body.rating)).toEqual([rating]);
  });

  it("takes no digit beyond the scale, and keeps what was chosen", async () => {
    press("6", "Enter");
    await settle();
    expect(api.submitted).toEqual([]);
    press("4", "9", "Enter");
    await settle();
    expect(api.submitted.map((one) => one.body.rating)).toEqual([0.8]);
  });
});

describe("the photo's view", () => {
  const poseOf = (x: number): Pose => ({ rotation: [], translation: [x, 0, 3], scale: [] });
  let looked: Pose[];

  beforeEach(() => {
    looked = [];
    const ignore = (): void => {};
    desk.view = {
      turnBy: ignore,
      zoomBy: ignore,
      resetView: ignore,
      view: ignore,
      setTurntable: () => false,
      retry: ignore,
      viewPhoto: (pose) => looked.push(pose),
    };
  });

  /** Two candidates side by side, whose poses are these. */
  async function compare(...poses: readonly (Pose | null)[]): Promise<void> {
    for (const [place, pose] of poses.entries()) if (pose) api.poses.set(`2-${place}`, pose);
    press("4", "Enter");
    await settle();
    draw();
    expect(desk.context.value).toBe("comparing");
  }

  it("is that of one candidate after the other", async () => {
    const [first, second] = [poseOf(1), poseOf(2)];
    await compare(first, second);
    const shown = desk.slots.value.map((slot) => slot.candidate.pose);
    press("p", "p", "p");
    expect(looked).toEqual([shown[0], shown[1], shown[0]]);
    expect(new Set(shown)).toEqual(new Set([first, second]));
  });

  it("is told by those that know it", async () => {
    await compare(null, poseOf(2));
    press("p", "p");
    expect(looked).toEqual([poseOf(2), poseOf(2)]);
  });

  it("is not to be had where nobody predicted it", async () => {
    await compare(null, null);
    press("p");
    expect(desk.photoPoses.value).toEqual([]);
    expect(looked).toEqual([]);
  });
});

describe("tasks held at once", () => {
  it("is the number that the server goes by", () => {
    const server = fileURLToPath(new URL("../../../engine/annotation/services/claiming.py", import.meta.url));
    expect(readFileSync(server, "utf8")).toMatch(new RegExp(`^MAX_HELD = ${MAX_HELD}$`, "m"));
  });
});
