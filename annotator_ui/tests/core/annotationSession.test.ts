import { beforeEach, describe, expect, it } from "vitest";
import { AnnotationSession, EMPTY_WAIT } from "../../src/core/annotationSession";
import type { KeyValueStore } from "../../src/core/ports";
import { LEASE, MemoryAnnotationApi, PRACTICE } from "../../src/pages/annotate/memoryAnnotationApi";

class MemoryStore implements KeyValueStore {
  readonly texts = new Map<string, string>();
  keys = () => [...this.texts.keys()];
  get = (key: string) => this.texts.get(key) ?? null;
  set = (key: string, text: string) => void this.texts.set(key, text);
  remove = (key: string) => void this.texts.delete(key);
  watch = (listener: (key: string) => void) => void this.listeners.push(listener);
  readonly listeners: ((key: string) => void)[] = [];

  /** Another page of the same browser writes. */
  setElsewhere(key: string, text: string): void {
    this.texts.set(key, text);
    for (const tell of this.listeners) tell(key);
  }
}

const PAIR = ["1-0", "1-1"];

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

/** From now on the answers to a kind of call arrive only when they are let through, one at a time, in any order. */
function slow<Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) {
  const held: (() => void)[] = [];
  return {
    call: async (...given: Given): Promise<Answer> => {
      const answer = await call(...given);
      await new Promise<void>((resolve) => held.push(resolve));
      return answer;
    },
    arrive: async (): Promise<void> => {
      held.shift()?.();
      await settle();
    },
  };
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
  session.look(PAIR, "colour");
  return session;
}

function choose(session: AnnotationSession, rating = 1): void {
  while (session.answer.value?.stage === "comparing") {
    now += 400;
    session.judge("left");
  }
  session.play({ kind: "rating", value: rating });
  session.submit("clay");
}

function aheadIds(session: AnnotationSession): number[] {
  return session.leases.ahead.value.map(({ assignment }) => assignment.id);
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
    expect(session.day.progress.value?.today).toBe(4);
  });

  it("holds the next two tasks before this one is done, no more, and opens them in turn without asking", async () => {
    const session = await started();
    await wait(session, 30_000);
    expect(aheadIds(session)).toEqual([2, 3]);
    const asked = api.calls.filter((call) => call === "next").length;
    choose(session);
    expect([openId(session), aheadIds(session)]).toEqual([2, [3]]);
    choose(session);
    expect([openId(session), aheadIds(session)]).toEqual([3, []]);
    expect(session.phase.value.kind).toBe("working");
    expect(api.calls.filter((call) => call === "next")).toHaveLength(asked);
    await wait(session, 3000);
    expect(aheadIds(session)).toEqual([4, 5]);
  });

  it("never shows a task again that was handed out just before its answer was stored", async () => {
    const session = await started();
    await wait(session, 30_000);
    const submits = slow(api.submit.bind(api));
    const claims = slow(api.next.bind(api));
    api.submit = submits.call;
    api.next = claims.call;
    for (const id of [1, 2, 3]) {
      expect(openId(session)).toBe(id);
      choose(session);
    }
    expect(session.phase.value.kind).toBe("submitting");
    await settle();
    // The first answer is stored, so the next task is asked for: 2, whose answer has not left yet.
    await submits.arrive();
    await submits.arrive();
    await submits.arrive();
    expect(api.submitted.map((one) => one.id)).toEqual([1, 2, 3]);
    await claims.arrive();
    await claims.arrive();
    expect([openId(session), session.phase.value.kind]).toEqual([4, "working"]);
  });

  it("holds no task ahead whose answer was stored while it was on its way", async () => {
    const session = await started();
    const real = api.next.bind(api);
    const claims = slow(real);
    api.next = claims.call;
    // 2 is asked for ahead; before that answer arrives, it is handed out anew, done and stored.
    void session.tick();
    await settle();
    api.next = real;
    choose(session);
    await settle();
    expect(openId(session)).toBe(2);
    choose(session);
    await settle();
    expect(openId(session)).toBe(3);
    await claims.arrive();
    expect(aheadIds(session)).not.toContain(2);
  });

  it("keeps the leases of all tasks ahead, and drops the one that was given away alone", async () => {
    const session = await started();
    await wait(session, 3000);
    api.takeAway(2);
    for (let minute = 0; minute < 6; minute += 1) {
      session.touch();
      await wait(session, 60_000);
    }
    expect(api.calls).toContain("heartbeat 3");
    expect(aheadIds(session)[0]).toBe(3);
    choose(session);
    expect(openId(session)).toBe(3);
  });

  it("counts the milliseconds of each pair from the moment it is looked at", async () => {
    const session = await started();
    now += 1500;
    session.judge("left");
    session.look([], "colour");
    now += 60_000;
    session.look(PAIR, "colour");
    now += 700;
    session.judge("right");
    expect(session.answer.value?.comparisons.map((one) => one.milliseconds)).toEqual([1500, 700]);
  });

  it("counts no look at what the panes still show of the task before", async () => {
    const session = await started();
    await wait(session, 1000);
    choose(session);
    const own = session.task.value?.assignment.candidates.map(({ id }) => id) ?? [];
    session.look(["of-the-task-before", ...own.slice(0, 1)], "colour");
    now += 500;
    expect(session.looks.views().map((view) => view.candidate_id)).toEqual(own.slice(0, 1));
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
    expect(again.answer.value?.comparisons).toEqual(session.answer.value?.comparisons);
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
    const key = session.outbox.waiting[0]?.submission.idempotency_key;
    const again = open();
    await again.start();
    expect(api.submitted.map((one) => one.body.idempotency_key)).toEqual([key]);
    expect(openId(again)).toBe(2);
  });

  it("tells a refused answer, loses nothing and fills it in when the task comes back", async () => {
    const session = await started();
    await wait(session, 1000);
    api.expire(1);
    choose(session);
    await settle();
    expect(session.refusal.value?.code).toBe("lease_expired");
    expect(session.refusal.value?.entry.reason).not.toBeNull();
    expect(openId(session)).toBe(2);
    session.dismissRefusal();
    await wait(session, 30_000);
    choose(session);
    await wait(session, 1000);
    expect(openId(session)).toBe(1);
    expect([session.task.value?.isRestored, session.answer.value?.rating]).toEqual([true, 1]);
    session.submit("clay");
    await settle();
    expect(api.submitted.map((one) => one.id)).toEqual([2, 1]);
  });

  it("prolongs the lease of a person who is there, for all tasks", async () => {
    const session = await started();
    for (let minute = 0; minute < 20; minute += 1) {
      session.touch();
      await wait(session, 60_000);
    }
    expect(session.leases.state.value).toBe("held");
    const beats = api.calls.filter((call) => call.startsWith("heartbeat"));
    expect(new Set(beats)).toEqual(new Set(["heartbeat 1", "heartbeat 2", "heartbeat 3"]));
    expect(beats.length).toBeLessThan(45);
  });

  it("lets the lease of an absent person run out", async () => {
    const session = await started();
    await wait(session, 120_000 + LEASE + 5000);
    expect(session.leases.state.value).toBe("over");
    const beats = api.calls.filter((call) => call === "heartbeat 1").length;
    expect(beats).toBeLessThanOrEqual(1);
  });

  it("gets the task back by touching it if nobody took it", async () => {
    const session = await started();
    await wait(session, 120_000 + LEASE + 5000);
    session.touch();
    await wait(session, 1000);
    expect(session.leases.state.value).toBe("held");
  });

  it("says that somebody else has the task, sends nothing, and keeps the choices in the browser", async () => {
    const session = await started();
    session.judge("left");
    api.takeAway(1);
    await wait(session, 2000);
    expect(session.leases.state.value).toBe("taken");
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

  it("takes back and does again any step, also over a change of the way and after reasons and rating", async () => {
    const session = await started();
    const texts: string[] = [];
    const told = (): string => JSON.stringify([session.answer.value, [...(session.answer.value?.ranks ?? [])]]);
    const steps: (() => void)[] = [
      () => session.judge("left"),
      () => session.play({ kind: "reason", candidateId: "1-1", code: "floaters" }),
      () => session.switchMode("grid"),
      () => session.play({ kind: "rank", candidateId: "1-2", rank: 1 }),
      () => session.switchMode("king"),
      () => session.judge("both_bad"),
      () => session.switchMode("grid"),
      () => session.play({ kind: "ranked" }),
      () => session.play({ kind: "rating", value: 1 }),
      () => session.play({ kind: "comment", text: "hm" }),
      () => session.play({ kind: "none_acceptable" }),
    ];
    for (const step of steps) {
      texts.push(told());
      step();
    }
    const end = told();
    for (const text of [...texts].reverse()) {
      session.undo();
      expect(told()).toBe(text);
    }
    for (const _ of steps) session.redo();
    expect(told()).toBe(end);
    session.undo();
    session.play({ kind: "rating", value: 0 });
    expect(session.task.value?.history.undone).toEqual([]);
  });

  it("starts the next task in the way that was used last", async () => {
    const session = await started();
    session.switchMode("grid");
    await session.giveBack();
    expect([openId(session), session.answer.value?.stage]).toEqual([2, "ranking"]);
  });

  it("sends a grid's ranking with what was looked at and turned", async () => {
    const session = await started();
    session.switchMode("grid");
    now += 1200;
    session.looks.turn(50);
    session.play({ kind: "rank", candidateId: "1-2", rank: 1 });
    session.play({ kind: "rank", candidateId: "1-0", rank: 1 });
    session.play({ kind: "ranked" });
    session.play({ kind: "rating", value: 1 });
    session.submit("colour");
    await settle();
    const body = api.submitted[0]?.body;
    expect(body).toMatchObject({ mode: "grid", winner_id: "1-2", ranking: { ranks: [["1-2", "1-0"]] } });
    expect(body?.views).toContainEqual({ candidate_id: "1-0", mode: "colour", milliseconds: 1200 });
    expect(body?.turned_ids).toEqual(PAIR);
  });

  it("shows both versions when another browser worked on the task, and keeps the one that is chosen", async () => {
    const session = await started();
    session.judge("left");
    const here = session.answer.value?.comparisons;
    const mine = JSON.parse(store.get("draft:10") ?? "null");
    const moves = [{ kind: "none_acceptable" as const }];
    api.putDraft(1, { ...mine, moves, writer: "elsewhere" });
    const again = open();
    await again.start();
    expect(again.conflict.value).toMatchObject({ where: "device", there: { moves } });
    again.judge("right");
    expect(again.answer.value?.comparisons).toEqual(here);
    again.settle("there");
    expect([again.conflict.value, again.answer.value?.stage]).toEqual([null, "rejecting"]);
    await wait(again, 1000);
    expect(api.draftOf(1)?.moves).toEqual(moves);
  });

  it("follows another tab that goes on from here, and asks when the two part", async () => {
    const session = await started();
    session.judge("left");
    const mine = JSON.parse(store.get("draft:10") ?? "null");
    const step = { kind: "reason", candidateId: "1-0", code: "floaters" };
    store.setElsewhere("draft:10", JSON.stringify({ ...mine, moves: [...mine.moves, step] }));
    expect([session.conflict.value, session.task.value?.history.moves.length]).toEqual([null, 2]);
    store.setElsewhere("draft:10", JSON.stringify({ ...mine, moves: [{ kind: "none_acceptable" }] }));
    expect(session.conflict.value?.where).toBe("tab");
    session.settle("here");
    expect(session.answer.value?.comparisons).toHaveLength(1);
  });

  it("skips with a reason and reports a mask, and keeps the task when the server did not hear of it", async () => {
    const session = await started();
    api.isOffline = true;
    await session.skip("cannot_judge", "what is it?");
    expect([openId(session), session.trouble.value]).toEqual([1, "The server cannot be reached."]);
    api.isOffline = false;
    await session.skip("cannot_judge", "what is it?");
    expect([openId(session), session.trouble.value]).toEqual([2, null]);
    await session.flagMask("the table is marked");
    expect(openId(session)).toBe(3);
    expect(api.skipped).toEqual([
      { id: 1, reason: "cannot_judge", comment: "what is it?" },
      { id: 2, reason: "bad_mask", comment: "the table is marked" },
    ]);
  });

  it("rests on request with the draft kept, and goes on where it was", async () => {
    const session = await started();
    session.judge("left");
    await session.pause();
    expect(session.phase.value).toMatchObject({ kind: "empty", reason: "paused_by_you" });
    expect(api.draftOf(1)?.moves).toHaveLength(1);
    await session.resume();
    expect([openId(session), session.answer.value?.comparisons.length]).toEqual([1, 1]);
  });

  it("tells after each answer of practice how it stands to what is known, before the next task", async () => {
    api = new MemoryAnnotationApi(9, () => now, 2, true);
    api.feedback = { is_right: false, expected: [{ better_id: "3-1", worse_id: "3-0" }], text: "Look again." };
    const session = open();
    await session.start();
    await session.chooseCampaign(PRACTICE);
    expect(openId(session)).toBe(3);
    await wait(session, 1000);
    choose(session);
    await settle();
    expect([session.phase.value.kind, session.told.value?.feedback.is_right, openId(session)]).toEqual([
      "feedback",
      false,
      3,
    ]);
    await session.goOn();
    expect([session.phase.value.kind, openId(session)]).toEqual(["working", 6]);
  });

  it("finishes what was begun before it changes the campaign, and lets the untouched tasks ahead go", async () => {
    api = new MemoryAnnotationApi(9, () => now, 2, true);
    const session = open();
    await session.start();
    await wait(session, 3000);
    session.judge("left");
    await session.chooseCampaign(PRACTICE);
    expect([openId(session), aheadIds(session)]).toEqual([1, []]);
    expect(api.calls).toContain("release 4");
    expect(api.calls).toContain("release 2");
    choose(session);
    await wait(session, 1000);
    expect(openId(session)).toBe(3);
  });

  it("keeps the work of somebody whose role is taken away in mid-task, and sends it once it is back", async () => {
    const session = await started();
    await wait(session, 1000);
    api.isForbidden = true;
    choose(session);
    await wait(session, 3000);
    expect([session.barrier.value, session.outbox.waiting.length, session.isOffline.value]).toEqual([
      "role_missing",
      1,
      false,
    ]);
    expect(store.keys().some((key) => key.startsWith("outbox:"))).toBe(true);
    api.isForbidden = false;
    await session.sendNow();
    expect([api.submitted.length, session.barrier.value]).toEqual([1, null]);
  });

  it("says that the object was answered in another tab", async () => {
    const session = await started();
    await wait(session, 1000);
    api.answerElsewhere(1);
    choose(session);
    await settle();
    expect(session.refusal.value?.code).toBe("already_submitted");
  });

  it("sends a correction with its reason", async () => {
    api = new MemoryAnnotationApi(1, () => now);
    const session = new AnnotationSession(api, store, { now: () => now, random: () => 0, uuid: () => "k" }, () => ({
      choice_id: 7,
      reason: "slipped",
    }));
    await session.start();
    choose(session);
    await settle();
    expect(api.submitted[0]?.body.correction).toEqual({ choice_id: 7, reason: "slipped" });
  });
});
