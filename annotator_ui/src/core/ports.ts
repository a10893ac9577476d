/** What the annotate page needs from outside: the API, a place to keep things, and time. */

import type { AssetProblemKind, Lease, NextAnswer, Progress, SkipReason, Stored } from "./assignment";
import type { Draft } from "./draft";
import type { Submission } from "./submission";

export type Barrier = "signed_out" | "role_missing";

/** Which tasks are asked for: of one campaign or of any, and besides which that are held already. */
export interface Wish {
  readonly campaignId: number | null;
  readonly exclude: readonly number[];
  readonly isAhead: boolean;
}

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

  /** Who is asking is the trouble, not what is asked: the same call succeeds for somebody who may. */
  get barrier(): Barrier | null {
    if (this.code === "signed_out" || this.code === "not_authenticated") return "signed_out";
    return this.code === "permission_denied" ? "role_missing" : null;
  }
}

export interface AnnotationApi {
  next(wish: Wish): Promise<NextAnswer>;
  heartbeat(assignmentId: number, leaseToken: string): Promise<Lease>;
  saveDraft(assignmentId: number, leaseToken: string, draft: Draft): Promise<void>;
  release(assignmentId: number, leaseToken: string): Promise<void>;
  skip(assignmentId: number, leaseToken: string, reason: SkipReason, comment: string): Promise<void>;
  flagMask(assignmentId: number, leaseToken: string, comment: string): Promise<void>;
  reportAsset(assignmentId: number, leaseToken: string, candidateId: string, kind: AssetProblemKind): Promise<void>;
  submit(assignmentId: number, submission: Submission): Promise<Stored>;
  progress(): Promise<Progress>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Text by key that outlives the page. Writing may fail silently: a full or forbidden store loses only comfort. */
export interface KeyValueStore {
  keys(): string[];
  get(key: string): string | null;
  set(key: string, text: string): void;
  remove(key: string): void;
  /** Tells of keys that another page of this browser wrote or removed. */
  watch(listener: (key: string) => void): void;
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
