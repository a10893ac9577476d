/** Sends finished tasks one after the other, and keeps each in the browser until the server has it. */

import { signal } from "@preact/signals";
import type { Stored } from "./assignment";
import { type Delivery, dueEntry, hurry, type OutboxEntry, post, readEntry, settle } from "./outbox";
import { type AnnotationApi, CallFault, type KeyValueStore, readJson, type Surroundings } from "./ports";
import type { Submission } from "./submission";

const PREFIX = "outbox:";

export interface OutboxEvents {
  onDelivered(entry: OutboxEntry, stored: Stored): void;
  onRefused(entry: OutboxEntry, delivery: Delivery & { kind: "refused" }): void;
}

export class OutboxSender {
  readonly entries = signal<readonly OutboxEntry[]>([]);
  private isSending = false;

  constructor(
    private readonly api: AnnotationApi,
    private readonly store: KeyValueStore,
    private readonly surroundings: Surroundings,
    private readonly events: OutboxEvents,
  ) {
    const kept = store.keys().filter((key) => key.startsWith(PREFIX));
    const read = kept.map((key) => readEntry(readJson(store, key))).filter((entry) => entry !== null);
    this.entries.value = hurry(read, surroundings.now());
  }

  get waiting(): readonly OutboxEntry[] {
    return this.entries.value.filter((entry) => entry.state === "waiting");
  }

  post(assignmentId: number, targetId: number, submission: Submission): void {
    const entry = post(assignmentId, targetId, submission, this.surroundings.now());
    this.put(entry);
    void this.send();
  }

  /** Tries everything that waits at once. */
  async sendNow(): Promise<void> {
    this.entries.value = hurry(this.entries.value, this.surroundings.now());
    await this.send();
  }

  /** Sends what is due, until nothing is or the server cannot be reached. */
  async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      for (let entry = this.due(); entry !== null; entry = this.due()) await this.attempt(entry);
    } finally {
      this.isSending = false;
    }
  }

  /** Forgets a refused entry: the person has read why. */
  dismiss(entry: OutboxEntry): void {
    this.forget(entry);
  }

  private due(): OutboxEntry | null {
    return dueEntry(this.entries.value, this.surroundings.now());
  }

  private async attempt(entry: OutboxEntry): Promise<void> {
    const delivery = await this.deliver(entry);
    const settled = settle(entry, delivery, this.surroundings.now(), this.surroundings.random());
    if (settled === null) this.forget(entry);
    else this.put(settled);
    if (delivery.kind === "delivered") this.events.onDelivered(entry, delivery.stored);
    if (delivery.kind === "refused") this.events.onRefused(settled ?? entry, delivery);
  }

  private async deliver(entry: OutboxEntry): Promise<Delivery> {
    try {
      return { kind: "delivered", stored: await this.api.submit(entry.assignmentId, entry.submission) };
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      if (error.kind === "refused") return { kind: "refused", code: error.code, reason: error.reason };
      return { kind: "retry", reason: error.reason, afterMilliseconds: error.afterMilliseconds };
    }
  }

  private put(entry: OutboxEntry): void {
    const key = entry.submission.idempotency_key;
    this.store.set(PREFIX + key, JSON.stringify(entry));
    const others = this.entries.value.filter((known) => known.submission.idempotency_key !== key);
    this.entries.value = [...others, entry];
  }

  private forget(entry: OutboxEntry): void {
    const key = entry.submission.idempotency_key;
    this.store.remove(PREFIX + key);
    this.entries.value = this.entries.value.filter((known) => known.submission.idempotency_key !== key);
  }
}
