import { describe, expect, it } from "vitest";
import { dueEntry, hurry, post, readEntry, settle, waitAfter } from "../../src/core/outbox";
import type { Submission } from "../../src/core/submission";

const SUBMISSION: Submission = {
  lease_token: "t",
  idempotency_key: "k",
  outcome: "none_acceptable",
  winner_id: null,
  rating: null,
  mode: "king",
  ranking: null,
  comparisons: [],
  rejections: [],
  comment: "",
  views: [],
  turned_ids: [],
  viewer_mode: "colour",
  milliseconds: 10,
};
const ENTRY = post(4, 40, SUBMISSION, 1000);

describe("outbox", () => {
  it("is due at once and forgotten when delivered", () => {
    expect(dueEntry([ENTRY], 1000)).toBe(ENTRY);
    expect(settle(ENTRY, { kind: "delivered", stored: { choiceId: 1, feedback: null } }, 1000, 0.5)).toBeNull();
  });

  it("waits longer after every failure, but never longer than about half a minute", () => {
    expect([1, 2, 3, 4].map((attempts) => waitAfter(attempts, 0.5))).toEqual([1000, 2000, 4000, 8000]);
    expect(waitAfter(50, 0.5)).toBe(30_000);
  });

  it("waits as long as the server asked for", () => {
    const entry = settle(ENTRY, { kind: "retry", reason: "busy", afterMilliseconds: 9000 }, 1000, 0.5);
    expect(entry?.dueAt).toBe(10_000);
    expect(entry?.state).toBe("waiting");
  });

  it("sends the same key again", () => {
    const entry = settle(ENTRY, { kind: "retry", reason: "offline" }, 1000, 0.5);
    expect(entry?.submission.idempotency_key).toBe("k");
  });

  it("never sends a refused answer again, but keeps it", () => {
    const entry = settle(ENTRY, { kind: "refused", code: "lease_taken", reason: "gone" }, 1000, 0.5);
    expect(entry?.reason).toBe("gone");
    expect(entry && dueEntry([entry], 1e12)).toBeNull();
  });

  it("can be hurried", () => {
    const waiting = { ...ENTRY, dueAt: 99_000 };
    expect(dueEntry([waiting], 2000)).toBeNull();
    expect(dueEntry(hurry([waiting], 2000), 2000)?.dueAt).toBe(2000);
  });

  it("is read from stored text, and from nothing else", () => {
    expect(readEntry(JSON.parse(JSON.stringify(ENTRY)))).toEqual(ENTRY);
    for (const value of [null, 3, "x", {}, { ...ENTRY, submission: null }, { ...ENTRY, state: "lost" }]) {
      expect(readEntry(value)).toBeNull();
    }
  });
});
