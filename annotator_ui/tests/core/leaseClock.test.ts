import { describe, expect, it } from "vitest";
import { formatLeft, isHeartbeatDue, leaseLeft, readLease } from "../../src/core/leaseClock";

const SERVER = Date.parse("2030-01-01T12:00:00Z");
const LEASE = { server_time: "2030-01-01T12:00:00Z", lease_expires_at: "2030-01-01T12:05:00Z" };

describe("lease clock", () => {
  it.each([0, -3_600_000, 90_000])("is right although the browser's clock is off by %i ms", (off) => {
    const clock = readLease(LEASE, SERVER + off, SERVER + off);
    expect(leaseLeft(clock, SERVER + off)).toBe(300_000);
    expect(leaseLeft(clock, SERVER + off + 60_000)).toBe(240_000);
  });

  it("takes the answer as given half way through the request", () => {
    const clock = readLease(LEASE, SERVER - 1000, SERVER + 1000);
    expect(clock.skew).toBe(0);
  });

  it("never shows less than nothing", () => {
    expect(leaseLeft(readLease(LEASE, SERVER, SERVER), SERVER + 999_999)).toBe(0);
  });

  it("asks for a heartbeat after a third of the lease", () => {
    const clock = readLease(LEASE, SERVER, SERVER);
    expect(isHeartbeatDue(clock, SERVER + 99_000)).toBe(false);
    expect(isHeartbeatDue(clock, SERVER + 101_000)).toBe(true);
  });

  it("rounds up, so that 0:00 means over", () => {
    expect([formatLeft(300_000), formatLeft(59_001), formatLeft(1), formatLeft(0)]).toEqual([
      "5:00",
      "1:00",
      "0:01",
      "0:00",
    ]);
  });
});
