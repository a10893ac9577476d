import { describe, expect, it } from "vitest";
import { pickInPair } from "../../src/core/goldPair";
import { percent, percentWithInterval, shareOf, wordsOf } from "../../src/core/shares";

describe("shares", () => {
  it("says nothing where nothing is known", () => {
    expect(percent(null)).toBe("–");
    expect(percentWithInterval({ rate: null, low: null, high: null })).toBe("–");
  });

  it("shows the interval with the share", () => {
    expect(percentWithInterval({ rate: 0.818, low: 0.523, high: 0.949 })).toBe("82% (52–95%)");
  });

  it.each([
    ["5", 0.05],
    [" 2.5 ", 0.025],
    ["0", 0],
    ["100", 1],
    ["", null],
    ["101", null],
    ["-1", null],
    ["five", null],
  ])("reads %j percent", (text, share) => expect(shareOf(text)).toBe(share));

  it("reads words between commas or spaces, each once", () => {
    expect(wordsOf(" furniture, faces  furniture,")).toEqual(["furniture", "faces"]);
    expect(wordsOf("")).toEqual([]);
  });
});

describe("picking a gold pair", () => {
  const none = { betterId: null, worseId: null };

  it("takes the better one first, then the worse one", () => {
    expect(pickInPair(pickInPair(none, "a"), "b")).toEqual({ betterId: "a", worseId: "b" });
  });

  it("never holds one candidate twice: picking it again takes it back", () => {
    expect(pickInPair(pickInPair(none, "a"), "a")).toEqual(none);
    const pair = { betterId: "a", worseId: "b" };
    expect(pickInPair(pair, "b")).toEqual({ betterId: "a", worseId: null });
  });

  it("changes the worse one when both are picked", () => {
    expect(pickInPair({ betterId: "a", worseId: "b" }, "c")).toEqual({ betterId: "a", worseId: "c" });
  });
});
