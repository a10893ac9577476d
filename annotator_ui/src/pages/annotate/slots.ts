/** Which candidates are on screen at each stage, and in which pane. */

import type { OpenTask, Told } from "../../core/annotationSession";
import type { Answer } from "../../core/answer";
import type { CandidateView } from "../../core/assignment";

export interface Slot {
  readonly name: string;
  /** Pane and candidate together: what was known of the candidate before is not said of the next one. */
  readonly key: string;
  readonly candidate: CandidateView;
}

type Named = readonly [name: string, candidateId: string | null | undefined];

function named(answer: Answer, letters: readonly string[]): readonly Named[] {
  switch (answer.stage) {
    case "comparing":
      return [
        ["left", answer.left],
        ["right", answer.right],
      ];
    case "ranking":
      return letters.map((id, index) => [`grid-${index + 1}`, id]);
    case "rating":
      return [["winner", answer.champion]];
    case "rejecting":
      return letters.map((id, index) => [`reject-${index + 1}`, id]);
  }
}

function explained(told: Told): readonly Named[] {
  const [pair] = told.feedback.expected;
  return [
    ["better", pair?.better_id],
    ["worse", pair?.worse_id],
  ];
}

/** `told` while its task is on screen: the pair that the feedback is about. */
export function slotsOf(task: OpenTask | null, answer: Answer | null, told: Told | null = null): Slot[] {
  if (task === null || answer === null) return [];
  const byId = new Map(task.assignment.candidates.map((candidate) => [candidate.id, candidate]));
  const places = told?.isOpen ? explained(told) : named(answer, task.letters);
  return places.flatMap(([name, id]) => {
    const candidate = byId.get(id ?? "");
    return candidate === undefined ? [] : [{ name, key: `${name}=${candidate.id}`, candidate }];
  });
}

/** How many panes stand side by side: all are as large as they can be, and none is a thin strip. */
export function columnsOf(nPanes: number): number {
  if (nPanes <= 3) return Math.max(1, nPanes);
  return nPanes === 4 ? 2 : nPanes <= 6 || nPanes === 9 ? 3 : 4;
}
