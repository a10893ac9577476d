/** Which tone a state is shown in; a state that is not listed is shown plainly. */
export type Tone = "plain" | "active" | "good" | "warn" | "bad";

const tones: Record<string, Tone> = {
  waiting: "plain",
  pending: "plain",
  queued: "plain",
  running: "active",
  generating: "active",
  freezing: "active",
  training: "active",
  evaluating: "active",
  judging: "active",
  taken: "active",
  in_review: "warn",
  checked: "warn",
  open: "plain",
  ready: "good",
  done: "good",
  finished: "good",
  approved: "good",
  deployed: "good",
  live: "good",
  refused: "warn",
  rejected: "bad",
  failed: "bad",
  down: "bad",
  empty: "warn",
  cancelled: "plain",
};

export function toneOf(state: string): Tone {
  return tones[state] ?? "plain";
}

export function labelOf(state: string): string {
  return state.replaceAll("_", " ");
}

const restingRoundStates = new Set(["deployed", "refused", "failed", "cancelled"]);

/** True when a round will change no more by itself. */
export function isRoundAtRest(state: string): boolean {
  return restingRoundStates.has(state);
}
