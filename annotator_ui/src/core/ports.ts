/** What the annotate page needs from outside: the API, a place to keep things, and time. */

import type { Lease, NextAnswer, Progress } from "./assignment";
import type { Draft } from "./draft";
import type { Submission } from "./submission";

/** A call that did not succeed. Adapters throw nothing else. */
export class CallFault extends Error {
  constructor(
    /** transient: nothing was decided, the same call may succeed later. refused: it never will. */
    readonly kind: "transient" | "refused",
    readonly code: string,
    readonly reason: string,
    readonly afterMilliseconds = 0,
  ) {
    super(reason);
  }

  /** The lease is over or another's: the work is welcome once the task is claimed again. */
  get isLeaseLost(): boolean {
    return this.code.startsWith("lease_");
  }
}

export interface AnnotationApi {
  next(ahead: { readonly exclude: readonly number[] } | null): Promise<NextAnswer>;
  heartbeat(assignmentId: number, leaseToken: string): Promise<Lease>;
  saveDraft(assignmentId: number, leaseToken: string, draft: Draft): Promise<void>;
  release(assignmentId: number, leaseToken: string): Promise<void>;
  submit(assignmentId: number, submission: Submission): Promise<void>;
  progress(): Promise<Progress>;
}

/** Text by key that outlives the page. Writing may fail silently: a full or forbidden store loses only comfort. */
export interface KeyValueStore {
  keys(): string[];
  get(key: string): string | null;
  set(key: string, text: string): void;
  remove(key: string): void;
}

export interface Surroundings {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  uuid(): string;
}

export function readJson(store: KeyValueStore, key: string): unknown {
  try {
    return JSON.parse(store.get(key) ?? "null");
  } catch {
    return null;
  }
}
