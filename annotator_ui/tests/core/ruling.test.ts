import { describe, expect, it } from "vitest";
import {
  back,
  bodyOf,
  NO_RULING,
  pick,
  pickNobody,
  preferredFirst,
  rate,
  rulingKey,
  stepOf,
  withReason,
} from "../../src/core/ruling";

const whole = withReason(rate(pick(NO_RULING, "a"), 0.6), " the handle ");

describe("a reviewer's word", () => {
  it("asks whom, how good, why, in this order", () => {
    const picked = pick(NO_RULING, "a");
    expect([NO_RULING, picked, rate(picked, 0.6), whole].map(stepOf)).toEqual(["pick", "rate", "reason", "ready"]);
  });

  it("needs no rating where nobody is acceptable", () => {
    expect(stepOf(pickNobody(NO_RULING))).toBe("reason");
    expect(rate(pickNobody(NO_RULING), 0.8).rating).toBeNull();
  });

  it("rates another winner anew, and the same one not", () => {
    expect(pick(whole, "b").rating).toBeNull();
    expect(pick(whole, "a").rating).toBe(0.6);
  });

  it("takes back the rating first, then the winner, and never what was written", () => {
    const once = back(whole);
    expect([once.winnerId, once.rating]).toEqual(["a", null]);
    expect(back(once)).toEqual({ ...NO_RULING, reason: whole.reason });
    expect(back(pickNobody(whole)).outcome).toBeNull();
  });

  it("is sent only when it is whole", () => {
    expect(bodyOf(withReason(whole, "  "), "key")).toBeNull();
    expect(bodyOf(NO_RULING, "key")).toBeNull();
    expect(bodyOf(whole, "key")).toEqual({
      idempotency_key: "key",
      reason: "the handle",
      outcome: "chosen",
      winner_id: "a",
      rating: 0.6,
    });
  });
});

describe("keys of the disagreements page", () => {
  it("tells digits, letters of either case and what belongs to the browser", () => {
    expect(rulingKey("3")).toEqual({ kind: "digit", digit: 3 });
    expect(rulingKey("N")).toEqual({ kind: "next" });
    expect(rulingKey("0")).toEqual({ kind: "none" });
    expect(rulingKey("Tab")).toBeNull();
  });
});

describe("the order of the candidates", () => {
  it("puts those that somebody preferred first and loses none", () => {
    const candidates = ["a", "b", "c", "d"].map((id) => ({ id }));
    const choices = [{ winner_id: "d" }, { winner_id: null }, { winner_id: "b" }];
    expect(preferredFirst(candidates, choices).map((candidate) => candidate.id)).toEqual(["b", "d", "a", "c"]);
  });
});
