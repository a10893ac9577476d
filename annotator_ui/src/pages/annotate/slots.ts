/** Which candidates are on screen at each stage, and in which pane. */

import type { OpenTask } from "../../core/annotationSession";
import type { CandidateView } from "../../core/assignment";
import type { Hill } from "../../core/kingOfTheHill";

export interface Slot {
  readonly name: string;
  /** Pane and candidate together: what was known of the candidate before is not said of the next one. */
  readonly key: string;
  readonly candidate: CandidateView;
}

function named(hill: Hill, order: readonly string[]): [string, string | null][] {
  switch (hill.stage) {
    case "comparing":
      return [
        ["left", hill.left],
        ["right", hill.right],
      ];
    case "rating":
      return [["winner", hill.champion]];
    case "rejecting":
      return order.map((id, index) => [`reject-${index + 1}`, id]);
  }
}

export function slotsOf(task: OpenTask | null, hill: Hill | null): Slot[] {
  if (task === null || hill === null) return [];
  const byId = new Map(task.assignment.candidates.map((candidate) => [candidate.id, candidate]));
  return named(hill, task.letters).flatMap(([name, id]) => {
    const candidate = byId.get(id ?? "");
    return candidate === undefined ? [] : [{ name, key: `${name}=${candidate.id}`, candidate }];
  });
}
