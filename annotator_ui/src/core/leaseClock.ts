/** How long a lease still lasts, told by the server's clock although the browser's may be wrong. */

import type { Lease } from "./assignment";

export interface LeaseClock {
  /** Milliseconds since the epoch on the server's clock. */
  readonly expiresAt: number;
  /** Server's clock minus the browser's, in milliseconds. */
  readonly skew: number;
  /** How long the lease was when it was given: the countdown's full length. */
  readonly length: number;
}

/** `sentAt`, `receivedAt`: the browser's clock around the request; the server answered about half way between. */
export function readLease(lease: Lease, sentAt: number, receivedAt: number): LeaseClock {
  const serverTime = Date.parse(lease.server_time);
  const expiresAt = Date.parse(lease.lease_expires_at);
  return { expiresAt, skew: serverTime - (sentAt + receivedAt) / 2, length: Math.max(1, expiresAt - serverTime) };
}

/** Milliseconds left, never negative. */
export function leaseLeft(clock: LeaseClock, now: number): number {
  return Math.max(0, clock.expiresAt - (now + clock.skew));
}

export function isHeartbeatDue(clock: LeaseClock, now: number): boolean {
  return leaseLeft(clock, now) < clock.length * (2 / 3);
}

/** `m:ss`; rounds up so that 0:00 means over. */
export function formatLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
