import { describe, expect, it } from "vitest";
import { formatAgo, formatBytes, formatSeconds, formatSigned, plural, shortDigest } from "../../src/core/format";

describe("format", () => {
  it.each([
    [0.2, "0 s"],
    [59.4, "59 s"],
    [200, "3 min 20 s"],
    [3600, "1 h"],
    [7500, "2 h 5 min"],
    [3 * 86400, "3 d"],
  ])("tells %d seconds as %s", (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it("never tells a time in the future", () => {
    expect(formatAgo("2030-01-01T00:00:10Z", Date.parse("2030-01-01T00:00:00Z"))).toBe("0 s ago");
  });

  it("signs differences", () => {
    expect([formatSigned(0.01), formatSigned(-0.01), formatSigned(0), formatSigned(null)]).toEqual([
      "+0.010",
      "−0.010",
      "±0.000",
      "–",
    ]);
    expect([formatSigned(-0.0001), formatSigned(0.0001)]).toEqual(["±0.000", "±0.000"]);
  });

  it("counts and shortens", () => {
    expect(plural(1, "pair")).toBe("1 pair");
    expect(plural(2, "pair")).toBe("2 pairs");
    expect(formatBytes(2048)).toBe("2.0 KiB");
    expect(shortDigest("a".repeat(64))).toBe("aaaaaaaaaa");
  });
});
