/** Finished tasks on their way to the server: each is kept in the browser until the server has said that it holds it. */

import type { Stored } from "./assignment";
import type { Submission } from "./submission";

export type OutboxState = "waiting" | "refused";

export interface OutboxEntry {
  readonly assignmentId: number;
  readonly targetId: number;
  readonly submission: Submission;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  readonly state: OutboxState;
  /** What the server or the network said last. */
  readonly reason: string | null;
}

/** delivered: stored by the server. retry: nothing was decided (offline, 5xx). refused: it will never be accepted. */
export type Delivery =
  | { readonly kind: "delivered"; readonly stored: Stored }
  | { readonly kind: "retry"; readonly reason: string; readonly afterMilliseconds?: number }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string };

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

export function post(assignmentId: number, targetId: number, submission: Submission, now: number): OutboxEntry {
  return { assignmentId, targetId, submission, attempts: 0, dueAt: now, state: "waiting", reason: null };
}

/** `jitter` in [0, 1): spreads a crowd of browsers that lost the server at the same moment. */
export function waitAfter(attempts: number, jitter: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts - 1, 10)) * (0.75 + 0.5 * jitter);
}

/** The entry after one attempt; null once it is delivered and may be forgotten. */
export function settle(entry: OutboxEntry, delivery: Delivery, now: number, jitter: number): OutboxEntry | null {
  const attempts = entry.attempts + 1;
  switch (delivery.kind) {
    case "delivered":
      return null;
    case "refused":
      return { ...entry, attempts, state: "refused", reason: delivery.reason };
    case "retry":
      return {
        ...entry,
        attempts,
        dueAt: now + Math.max(waitAfter(attempts, jitter), delivery.afterMilliseconds ?? 0),
        reason: delivery.reason,
      };
  }
}

export function dueEntry(entries: readonly OutboxEntry[], now: number): OutboxEntry | null {
  return entries.find((entry) => entry.state === "waiting" && entry.dueAt <= now) ?? null;
}

/** Everything that waits becomes due at once: the network came back, or the person asked. */
export function hurry(entries: readonly OutboxEntry[], now: number): OutboxEntry[] {
  return entries.map((entry) => (entry.state === "waiting" ? { ...entry, dueAt: now } : entry));
}

/** An entry out of stored JSON; null if it is not one. */
export function readEntry(value: unknown): OutboxEntry | null {
  if (typeof value !== "object" || value === null) return null;
  const entry = value as Partial<OutboxEntry>;
  const isWhole =
    typeof entry.assignmentId === "number" &&
    typeof entry.targetId === "number" &&
    typeof entry.attempts === "number" &&
    typeof entry.dueAt === "number" &&
    (entry.state === "waiting" || entry.state === "refused") &&
    typeof entry.submission?.idempotency_key === "string";
  return isWhole ? (entry as OutboxEntry) : null;
}
