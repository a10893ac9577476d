/** A person's day: how far she is, in which campaign she works, in which way, and whether she rests. */

import { signal } from "@preact/signals";
import type { Mode } from "./answer";
import type { Progress } from "./assignment";
import type { AnnotationApi, KeyValueStore } from "./ports";
import { quietly } from "./quietly";

const CAMPAIGN = "campaign";
const MODE = "mode";

export class WorkDay {
  readonly progress = signal<Progress | null>(null);
  /** null: tasks of any campaign. */
  readonly campaignId = signal<number | null>(null);

  constructor(
    private readonly api: AnnotationApi,
    private readonly store: KeyValueStore,
  ) {
    const kept = Number(store.get(CAMPAIGN) ?? Number.NaN);
    this.campaignId.value = Number.isInteger(kept) && kept > 0 ? kept : null;
  }

  /** The way that the next task starts with: the one that was used last. */
  get preferredMode(): Mode {
    return this.store.get(MODE) === "grid" ? "grid" : "king";
  }

  prefer(mode: Mode): void {
    this.store.set(MODE, mode);
  }

  choose(campaignId: number | null): void {
    this.campaignId.value = campaignId;
    if (campaignId === null) this.store.remove(CAMPAIGN);
    else this.store.set(CAMPAIGN, String(campaignId));
  }

  /** Counts anew; without an answer the last count stays. */
  async count(): Promise<void> {
    await quietly(async () => {
      this.progress.value = await this.api.progress();
    });
  }
}
