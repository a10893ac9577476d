import { beforeEach, describe, expect, it } from "vitest";
import { AnnotationSession, EMPTY_WAIT } from "../../src/core/annotationSession";
import type { KeyValueStore } from "../../src/core/ports";
import { LEASE, MemoryAnnotationApi } from "../../src/pages/annotate/memoryAnnotationApi";

class MemoryStore implements KeyValueStore {
  readonly texts = new Map<string, string>();
  keys = () => [...this.texts.keys()];
  get = (key: string) => this.texts.get(key) ?? null;
  set = (key: string, text: string) => void this.texts.set(key, text);
  remove = (key: string) => void this.texts.delete(key);
}

let now: number;
let api: MemoryAnnotationApi;
let store: MemoryStore;
let uuids: number;

function open(): AnnotationSession {
  return new AnnotationSession(api, store, {
    now: () => now,
    random: () => 0.5,
    uuid: () => {
      uuids += 1;
      return `key-${uuids}`;
    },
  });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function wait(session: AnnotationSession, milliseconds: number): Promise<void> {
  for (const end = now + milliseconds; now < end; ) {
    now += Math.min(1000, end - now);
    await session.tick();
    await settle();
  }
}

async function started(nTasks = 5): Promise<AnnotationSession> {
  api = new MemoryAnnotationApi(nTasks, () => now);
  const session = open();
  await session.start();
  session.look(true);
  return session;
}

function choose(session: AnnotationSession, rating = 1): void {
  while (session.hill.value?.stage === "comparing") {
    now += 400;
    session.judge("left");
  }
  session.play({ kind: "rating", value: rating });
  session.submit("clay");
}

function openId(session: AnnotationSession): number | undefined {
  return session.task.value?.assignment.id;
}

beforeEach(() => {
  now = Date.parse("2030-05-01T08:00:00Z");
  store = new MemoryStore();
  uuids = 0;
});

describe("annotation session", () => {
  it("goes from the first task through all of them to the empty page with its reason", async () => {
    const session = await started(4);
    for (let task = 1; task <= 4; task += 1) {
      expect(openId(session)).toBe(task);
      choose(session);
      await wait(session, 1000);
    }
    expect(session.phase.value).toMatchObject({ kind: "empty", reason: "all_done_by_you" });
    expect(api.submitted.map((one) => one.id)).toEqual([1, 2, 3, 4]);
    expect(session.progress.value?.today).toBe(4);
  });

  it("holds the next task before this one is done, and opens it without asking", async () => {
    const session = await started();
    await wait(session, 1000);
    expect(session.ahead.value?.assignment.id).toBe(2);
    choose(session);
    expect(openId(session)).toBe(2);
    expect(session.phase.value.kind).toBe("working");
  });

  it("counts the milliseconds of each pair from the moment it is looked at", async () => {
    const session = await started();
    now += 1500;
    session.judge("left");
    session.look(false);
    now += 60_000;
    session.look(true);
    now += 700;
    session.judge("right");
    expect(session.hill.value?.comparisons.map((one) => one.milliseconds)).toEqual([1500, 700]);
  });

  it("saves the draft in the browser at once and on the server a moment later", async () => {
    const session = await started();
    session.judge("left");
    expect(session.drafts.saved.value?.where).toBe("browser");
    await wait(session, 1000);
    expect(session.drafts.saved.value?.where).toBe("server");
    expect(api.draftOf(1)?.moves).toHaveLength(1);
  });

  it("brings the draft back after the page was closed, also without the browser's copy", async () => {
    const session = await started();
    session.judge("right");
    await wait(session, 1000);
    store.texts.clear();
    const again = open();
    await again.start();
    expect(again.task.value?.isRestored).toBe(true);
    expect(again.hill.value?.comparisons).toEqual(session.hill.value?.comparisons);
  });

  it("keeps a finished answer while the server is away, goes on with the next task and sends once it is back", async () => {
    const session = await started();
    await wait(session, 1000);
    api.isOffline = true;
    choose(session);
    await wait(session, 5000);
    expect([session.isOffline.value, openId(session), session.outbox.waiting.length]).toEqual([true, 2, 1]);
    api.isOffline = false;
    await wait(session, 40_000);
    expect(api.submitted.map((one) => one.id)).toEqual([1]);
    expect(session.outbox.waiting).toEqual([]);
    expect(session.isOffline.value).toBe(false);
  });

  it("sends an answer of an earlier visit first, with the same key", async () => {
    const session = await started();
    await wait(session, 1000);
    api.isOffline = true;
    choose(session);
    await wait(session, 1000);
    api.isOffline = false;
    const again = open();
    await again.start();
    expect(api.submitted.map((one) => one.body.idempotency_key)).toEqual(["key-1"]);
    expect(openId(again)).toBe(2);
  });

  it("tells a refused answer, loses nothing and fills it in when the task comes back", async () => {
    const session = await started();
    await wait(session, 1000);
    api.expire(1);
    choose(session);
    await settle();
    expect(session.refusal.value?.code).toBe("lease_expired");
    expect(openId(session)).toBe(2);
    session.dismissRefusal();
    await wait(session, 30_000);
    choose(session);
    await wait(session, 1000);
    expect(openId(session)).toBe(1);
    expect([session.task.value?.isRestored, session.hill.value?.rating]).toEqual([true, 1]);
    session.submit("clay");
    await settle();
    expect(api.submitted.map((one) => one.id)).toEqual([2, 1]);
  });

  it("prolongs the lease of a person who is there, for both tasks", async () => {
    const session = await started();
    for (let minute = 0; minute < 20; minute += 1) {
      session.touch();
      await wait(session, 60_000);
    }
    expect(session.leaseState.value).toBe("held");
    const beats = api.calls.filter((call) => call.startsWith("heartbeat"));
    expect(new Set(beats)).toEqual(new Set(["heartbeat 1", "heartbeat 2"]));
    expect(beats.length).toBeLessThan(30);
  });

  it("lets the lease of an absent person run out", async () => {
    const session = await started();
    await wait(session, 120_000 + LEASE + 5000);
    expect(session.leaseState.value).toBe("over");
    const beats = api.calls.filter((call) => call === "heartbeat 1").length;
    expect(beats).toBeLessThanOrEqual(1);
  });

  it("gets the task back by touching it if nobody took it", async () => {
    const session = await started();
    await wait(session, 120_000 + LEASE + 5000);
    session.touch();
    await wait(session, 1000);
    expect(session.leaseState.value).toBe("held");
  });

  it("says that somebody else has the task, sends nothing, and keeps the choices in the browser", async () => {
    const session = await started();
    session.judge("left");
    api.takeAway(1);
    await wait(session, 2000);
    expect(session.leaseState.value).toBe("taken");
    session.judge("left");
    session.play({ kind: "rating", value: 1 });
    session.submit("clay");
    await settle();
    expect(api.submitted).toEqual([]);
    expect(session.drafts.saved.value?.where).toBe("browser");
    expect(JSON.parse(store.get("draft:10") ?? "null").moves).toHaveLength(3);
    await session.askAgain();
    expect(session.phase.value.kind).toBe("working");
  });

  it("gives a task back without its draft and opens the next", async () => {
    const session = await started();
    session.judge("left");
    await wait(session, 1000);
    await session.giveBack();
    expect(openId(session)).toBe(2);
    expect(api.calls).toContain("release 1");
    expect(store.get("draft:10")).toBeNull();
  });

  it("looks for new tasks by itself while there are none", async () => {
    const session = await started(0);
    expect(session.phase.value.kind).toBe("empty");
    const before = api.calls.filter((call) => call === "next").length;
    await wait(session, 2 * EMPTY_WAIT + 1000);
    expect(api.calls.filter((call) => call === "next").length).toBe(before + 2);
  });

  it("starts without a server and begins when it answers", async () => {
    api = new MemoryAnnotationApi(2, () => now);
    api.isOffline = true;
    const session = open();
    await session.start();
    expect(session.phase.value).toMatchObject({ kind: "failed", reason: "The server cannot be reached." });
    api.isOffline = false;
    await wait(session, 6000);
    expect(openId(session)).toBe(1);
  });

  it("does not submit an unfinished task, nor twice", async () => {
    const session = await started(1);
    session.submit("clay");
    choose(session);
    session.submit("clay");
    await wait(session, 1000);
    expect(api.submitted).toHaveLength(1);
  });
});
