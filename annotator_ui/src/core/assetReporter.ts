import type { AssetProblemKind } from "./assignment";
import { type AnnotationApi, CallFault } from "./ports";

/** Tells the server of shapes that could not be had: once each, and never in the way of the work. */
export class AssetReporter {
  private readonly told = new Set<string>();

  constructor(private readonly api: Pick<AnnotationApi, "reportAsset">) {}

  /** A report that did not arrive is sent again when the shape fails again. */
  async report(
    task: { readonly id: number; readonly lease_token: string },
    candidateId: string,
    kind: AssetProblemKind,
  ): Promise<void> {
    const name = `${candidateId} ${kind}`;
    if (this.told.has(name)) return;
    this.told.add(name);
    try {
      await this.api.reportAsset(task.id, task.lease_token, candidateId, kind);
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      if (error.kind === "transient" || error.isLeaseLost) this.told.delete(name);
    }
  }
}
