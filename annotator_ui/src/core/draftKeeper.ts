/** Saves the open task's draft: in the browser at every step, on the server soon after. */

import { signal } from "@preact/signals";
import type { Assignment } from "./assignment";
import { type Draft, merge, type Reconciled, readDraft, reconcile } from "./draft";
import { type AnnotationApi, CallFault, type KeyValueStore, readJson, type Surroundings } from "./ports";

const PREFIX = "draft:";
const QUIET = 800;
const RETRY = 5000;
const KEPT_FOR = 14 * 24 * 3600 * 1000;

export interface Saved {
  readonly where: "server" | "browser";
  readonly at: number;
}

function candidatesOf(assignment: Assignment): string[] {
  return assignment.candidates.map((candidate) => candidate.id);
}

export class DraftKeeper {
  /** null while nothing is there to save. */
  readonly saved = signal<Saved | null>(null);
  readonly isUnsaved = signal(false);
  private pending: { assignment: Assignment; draft: Draft; dueAt: number } | null = null;
  private isSending = false;

  constructor(
    private readonly api: AnnotationApi,
    private readonly store: KeyValueStore,
    private readonly surroundings: Surroundings,
    private readonly onLeaseLost: (assignment: Assignment, fault: CallFault) => void,
  ) {
    this.dropOld();
  }

  /** What was done on this task before, here or elsewhere. Keyed by target: a new lease is a new assignment. */
  find(assignment: Assignment): Reconciled {
    return reconcile(this.kept(assignment), readDraft(assignment.draft, candidatesOf(assignment)));
  }

  /** What another page of this browser made of the object, against what is `here`. */
  compare(assignment: Assignment, here: Draft): Reconciled {
    const there = this.kept(assignment);
    return there === null ? { kind: "one", draft: here } : merge(here, there);
  }

  /** Calls back when another page of this browser writes a draft of this object. */
  watch(listener: (targetId: number) => void): void {
    this.store.watch((key) => {
      if (key.startsWith(PREFIX)) listener(Number(key.slice(PREFIX.length)));
    });
  }

  /** `isOurs` false: the lease is lost, so the draft is kept in the browser only. */
  note(assignment: Assignment, draft: Draft, isOurs: boolean): void {
    const now = this.surroundings.now();
    this.store.set(PREFIX + assignment.target_id, JSON.stringify(draft));
    this.pending = isOurs ? { assignment, draft, dueAt: now + QUIET } : null;
    this.isUnsaved.value = isOurs;
    this.saved.value = { where: "browser", at: now };
  }

  /** The task leaves the screen: nothing more of it is sent. The browser's copy stays. */
  close(): void {
    this.pending = null;
    this.isUnsaved.value = false;
    this.saved.value = null;
  }

  /** The answer is stored, or the person gave the task back. */
  forget(targetId: number): void {
    this.store.remove(PREFIX + targetId);
  }

  async tick(): Promise<void> {
    if (this.pending !== null && this.pending.dueAt <= this.surroundings.now()) await this.flush();
  }

  /** Sends what is not yet on the server, without waiting for a quiet moment. */
  async flush(): Promise<void> {
    const { pending } = this;
    if (pending === null || this.isSending) return;
    this.isSending = true;
    try {
      await this.api.saveDraft(pending.assignment.id, pending.assignment.lease_token, pending.draft);
      this.succeed(pending.draft);
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      this.fail(pending.assignment, pending.draft, error);
    } finally {
      this.isSending = false;
    }
  }

  private kept(assignment: Assignment): Draft | null {
    return readDraft(readJson(this.store, PREFIX + assignment.target_id), candidatesOf(assignment));
  }

  private succeed(draft: Draft): void {
    if (this.pending?.draft !== draft) return;
    this.pending = null;
    this.isUnsaved.value = false;
    this.saved.value = { where: "server", at: this.surroundings.now() };
  }

  private fail(assignment: Assignment, draft: Draft, fault: CallFault): void {
    if (this.pending?.assignment.id !== assignment.id) return;
    if (fault.kind === "refused" && this.pending.draft === draft) this.pending = null;
    else this.pending = { ...this.pending, dueAt: this.surroundings.now() + RETRY };
    if (fault.isLeaseLost) this.onLeaseLost(assignment, fault);
  }

  private dropOld(): void {
    for (const key of this.store.keys().filter((name) => name.startsWith(PREFIX))) {
      const draft = readJson(this.store, key) as { writtenAt?: unknown } | null;
      const isRecent = typeof draft?.writtenAt === "number" && draft.writtenAt > this.surroundings.now() - KEPT_FOR;
      if (!isRecent) this.store.remove(key);
    }
  }
}
