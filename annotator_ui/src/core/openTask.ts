/** The task on screen: what it is, how it started, and what was done on it so far. */

import type { Mode, Setting } from "./answer";
import type { Assignment } from "./assignment";
import type { Draft } from "./draft";
import { type History, NOTHING_DONE } from "./history";
import { lettered } from "./letters";

export interface OpenTask {
  readonly assignment: Assignment;
  readonly setting: Setting;
  /** The candidates in the order of their letters. */
  readonly letters: readonly string[];
  readonly history: History;
  readonly isRestored: boolean;
}

/** As a draft left it, or as new in the way that the person prefers. */
export function openedTask(assignment: Assignment, draft: Draft | null, preferred: Mode): OpenTask {
  const order = draft?.order ?? assignment.candidates.map((candidate) => candidate.id);
  // One candidate alone cannot be ranked against anything.
  const mode = draft?.mode ?? (order.length < 2 ? "king" : preferred);
  const setting: Setting = { order, seed: draft?.seed ?? String(assignment.id), mode };
  const history = draft === null ? NOTHING_DONE : { moves: draft.moves, undone: draft.undone };
  const isRestored = history.moves.length > 0;
  return { assignment, setting, letters: lettered(order, setting.seed), history, isRestored };
}

export function draftOf(task: OpenTask, facts: Pick<Draft, "milliseconds" | "looks" | "writtenAt" | "writer">): Draft {
  return { version: 2, ...task.setting, ...task.history, ...facts };
}

export function verdictsIn({ moves }: History): number {
  return moves.filter((move) => move.kind === "verdict").length;
}
