import { beforeEach, describe, expect, it } from "vitest";
import { AlignDesk } from "../../src/core/alignDesk";
import { ALIGN_SHORTCUTS, alignMeaning } from "../../src/core/alignKeys";
import {
  type AlignAnswer,
  type AlignApi,
  AlignSession,
  type AlignTask,
  readAlignDraft,
  type Snapped,
} from "../../src/core/alignSession";
import { CallFault, type KeyValueStore } from "../../src/core/ports";
import type { KeyPress } from "../../src/core/shortcuts";

const start: AlignTask = {
  id: 7,
  lease_token: "token",
  lease_expires_at: new Date(600_000).toISOString(),
  server_time: new Date(0).toISOString(),
  target_id: 3,
  image_url: "",
  width: 640,
  height: 480,
  mask_url: "",
  mesh_url: "",
  pose: {
    rotation: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    translation: [0, 0, 4],
    scale: [1, 1, 1],
  },
  is_predicted: true,
  focal: 2.5,
  exif_focal: null,
  points_url: null,
  points_focal: null,
  draft: null,
};

/** A server in memory: what it holds, what it was sent, and what it answers with next instead. */
class MemoryApi implements AlignApi {
  tasks: AlignTask[] = [start];
  fault: CallFault | null = null;
  snapped: Partial<Snapped> = {};
  readonly calls: string[] = [];
  readonly answers: AlignAnswer[] = [];
  draft: unknown = null;

  private answer<T>(name: string, value: T): Promise<T> {
    this.calls.push(name);
    const { fault } = this;
    return fault === null ? Promise.resolve(value) : Promise.reject(fault);
  }

  next() {
    return this.answer("next", { task: this.tasks[0] ?? null, empty_message: "nothing left" });
  }

  heartbeat() {
    const lease = { lease_expires_at: new Date(1_000_000).toISOString(), server_time: new Date(400_000).toISOString() };
    return this.answer("heartbeat", lease);
  }

  async saveDraft(_id: number, _token: string, draft: unknown) {
    await this.answer("draft", null);
    this.draft = draft;
  }

  async release() {
    await this.answer("release", null);
    this.tasks.shift();
  }

  snap() {
    const pose = { ...start.pose, translation: [0.5, 0, 4] as const };
    return this.answer("snap", { pose, iou: 0.9, start_iou: 0.4, residual: null, ...this.snapped });
  }

  async submit(_id: number, answer: AlignAnswer) {
    this.answers.push(answer);
    await this.answer("submit", null);
    this.tasks.shift();
    return { server_iou: 0.8, server_residual: null };
  }
}

function memoryStore(): KeyValueStore & { readonly rows: Map<string, string> } {
  const rows = new Map<string, string>();
  return {
    rows,
    keys: () => [...rows.keys()],
    get: (key) => rows.get(key) ?? null,
    set: (key, text) => void rows.set(key, text),
    remove: (key) => void rows.delete(key),
    watch: () => undefined,
  };
}

let time: number;
let ids: number;
let api: MemoryApi;
let store: ReturnType<typeof memoryStore>;
let session: AlignSession;
let desk: AlignDesk;
const offline = new CallFault("transient", "offline", "no server");
const lost = new CallFault("refused", "lease_taken", "taken");

function press(key: string, more: Partial<KeyPress> = {}): boolean {
  return desk.press({ key, isCtrl: false, isShift: false, isAlt: false, isRepeat: false, ...more });
}

function depth(): number {
  return session.placing.value?.pose.translation[2] ?? Number.NaN;
}

function open(): Promise<void> {
  session = new AlignSession(api, store, { now: () => time, uuid: () => `key-${++ids}` });
  desk = new AlignDesk(session);
  return session.next();
}

beforeEach(async () => {
  [time, ids, api, store] = [0, 0, new MemoryApi(), memoryStore()];
  await open();
});

describe("placing", () => {
  it("takes a tenth of a step with Shift", () => {
    press("ArrowLeft");
    const whole = session.placing.value?.pose.translation[0] ?? 0;
    press("u");
    press("ArrowLeft", { isShift: true });
    expect(session.placing.value?.pose.translation[0]).toBeCloseTo(whole / 10, 9);
    expect(whole).toBeGreaterThan(0);
  });

  it("undoes a held key in one step and redoes it", () => {
    for (let step = 0; step < 5; step += 1) {
      press("-", { isRepeat: step > 0 });
      time += 100;
    }
    const far = depth();
    time += 5000;
    press("-");
    press("z", { isCtrl: true });
    expect(depth()).toBe(far);
    press("u");
    expect(depth()).toBe(4);
    press("y");
    expect(depth()).toBe(far);
  });

  it("drops what could be redone once something else is done", () => {
    press("-");
    press("u");
    press("ArrowUp");
    expect(session.canRedo.value).toBe(false);
  });

  it("makes a drag one step and saves nothing while it lasts", async () => {
    const from = session.placing.value?.pose ?? start.pose;
    desk.dragTo(from, 10, 0);
    desk.dragTo(from, 20, 0);
    expect(store.rows.size).toBe(0);
    session.drop("gizmo");
    press("u");
    expect(session.placing.value?.pose).toEqual(start.pose);
  });

  it("refuses a pose behind the camera or with a number missing", () => {
    const pose = start.pose;
    session.change({ pose: { ...pose, translation: [0, 0, -2] }, focal: 2.5 }, "numbers", null);
    session.change({ pose: { ...pose, scale: [1, Number.NaN, 1] }, focal: 2.5 }, "numbers", null);
    session.change({ pose, focal: 0 }, "numbers", null);
    expect(session.placing.value).toEqual({ pose, focal: 2.5 });
    expect(session.canUndo.value).toBe(false);
  });

  it("gives every key one meaning", () => {
    const keys = ALIGN_SHORTCUTS.flatMap((entry) => entry.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(alignMeaning({ key: "S", isCtrl: false, isShift: true, isAlt: false, isRepeat: false })?.action).toBe(
      "snap",
    );
    expect(alignMeaning({ key: "s", isCtrl: false, isShift: false, isAlt: false, isRepeat: true })).toBeNull();
    expect(alignMeaning({ key: "s", isCtrl: true, isShift: false, isAlt: false, isRepeat: false })).toBeNull();
  });
});

describe("drafts", () => {
  it("come back from the browser, although the server was never reached", async () => {
    press("-");
    const far = depth();
    await open();
    expect(depth()).toBe(far);
    expect(session.isRestored.value).toBe(true);
  });

  it("go to the server a moment after the last step", async () => {
    press("-");
    await session.tick();
    expect(api.draft).toBeNull();
    time += 1000;
    await session.tick();
    expect(readAlignDraft(api.draft)?.pose.translation[2]).toBe(depth());
    expect(session.saved.value?.where).toBe("server");
  });

  it("are taken from wherever the later one lies", async () => {
    press("-");
    const later = {
      ...JSON.parse(store.get("align:7") ?? ""),
      writtenAt: 99,
      pose: { ...start.pose, translation: [0, 0, 9] },
    };
    api.tasks = [{ ...start, draft: later }];
    await open();
    expect(depth()).toBe(9);
  });

  it("that are none are left alone", () => {
    for (const broken of [null, 3, {}, { version: 2 }, { version: 1, pose: start.pose, focal: -1 }]) {
      expect(readAlignDraft(broken)).toBeNull();
    }
  });
});

describe("submitting", () => {
  it("sends what is on screen, then opens the next task", async () => {
    press("-");
    session.iou.value = 0.7;
    time = 1234;
    await session.submit();
    expect(api.answers[0]).toMatchObject({ method: "keys", browser_iou: 0.7, milliseconds: 1234, focal: 2.5 });
    expect(session.phase.value).toEqual({ kind: "empty", message: "nothing left" });
    expect(session.notice.value).toEqual({ iou: 0.8, residual: null });
    expect(store.rows.size).toBe(0);
  });

  it("sends the same answer again after the network came back", async () => {
    api.fault = offline;
    await session.submit();
    expect(session.trouble.value?.kind).toBe("unsent");
    api.fault = null;
    await session.tick();
    expect(api.answers.length).toBe(1);
    time += 5000;
    await session.tick();
    expect(api.answers.length).toBe(2);
    expect(api.answers[1]).toEqual(api.answers[0]);
    expect(session.phase.value.kind).toBe("empty");
  });

  it("tells that the task is another's and keeps what was done", async () => {
    press("-");
    api.fault = lost;
    await session.submit();
    expect(session.isLeaseLost.value).toBe(true);
    expect(session.isOpen).toBe(true);
    expect(store.rows.size).toBe(1);
  });

  it("sends once, although Enter was pressed twice", async () => {
    const both = [session.submit(), session.submit()];
    await Promise.all(both);
    expect(api.answers.length).toBe(1);
  });
});

describe("snap", () => {
  it.each([
    [{ iou: 0.4 }, false],
    [{ iou: 0.38 }, false],
    // With a pointmap a little overlap may be given for the depth, but not much.
    [{ iou: 0.38, residual: 0.01 }, true],
    [{ iou: 0.3, residual: 0.01 }, false],
  ])("takes what fits better: %o %s", async (snapped, isTaken) => {
    api.snapped = snapped;
    const before = session.placing.value;
    await session.snap();
    expect(session.placing.value !== before).toBe(isTaken);
    expect(session.notice.value?.isTaken).toBe(isTaken);
  });

  it("takes the better pose as one step", async () => {
    await session.snap();
    expect(session.placing.value?.pose.translation[0]).toBe(0.5);
    expect(session.notice.value).toMatchObject({ from: 0.4, to: 0.9, isTaken: true });
    press("u");
    expect(session.placing.value?.pose).toEqual(start.pose);
  });

  it("says why it could not", async () => {
    api.fault = offline;
    await session.snap();
    expect(session.trouble.value).toEqual({ kind: "refused", reason: "no server" });
    expect(session.isOpen).toBe(true);
  });
});

describe("the lease", () => {
  it("is kept while somebody is there, and let go when nobody is", async () => {
    time = 300_000;
    session.touch();
    await session.tick();
    expect(api.calls.filter((name) => name === "heartbeat").length).toBe(1);
    time = 3_000_000;
    await session.tick();
    expect(api.calls.filter((name) => name === "heartbeat").length).toBe(1);
  });

  it("that is lost is told, and no draft goes to the server any more", async () => {
    api.fault = lost;
    time = 300_000;
    session.touch();
    await session.tick();
    expect(session.isLeaseLost.value).toBe(true);
    api.fault = null;
    press("-");
    time += 2000;
    await session.tick();
    expect(api.calls).not.toContain("draft");
  });
});
