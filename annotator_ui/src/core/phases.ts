/** What the annotate page can be in the middle of. */

import type { EmptyReason, Feedback } from "./assignment";
import type { Draft } from "./draft";

export type Phase =
  | { readonly kind: "loading" | "working" | "submitting" | "feedback" }
  | { readonly kind: "empty"; readonly reason: EmptyReason | null; readonly message: string; readonly againAt: number }
  | { readonly kind: "failed"; readonly reason: string; readonly againAt: number };

/** Two versions of the work on the open task, of which the person keeps one. */
export interface Conflict {
  readonly here: Draft;
  readonly there: Draft;
  /** tab: another page of this browser. device: another browser. */
  readonly where: "tab" | "device";
}

/** What was said about an answer; `isOpen` while its task is still on screen. */
export interface Told {
  readonly feedback: Feedback;
  readonly isOpen: boolean;
}
