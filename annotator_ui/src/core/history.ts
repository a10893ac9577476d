/** What was done and what was taken back: undo and redo over any list of moves. */

import { isPossible, type Move, type Setting } from "./answer";

export interface History {
  readonly moves: readonly Move[];
  /** Taken back, the last one taken back at the end. */
  readonly undone: readonly Move[];
}

export const NOTHING_DONE: History = { moves: [], undone: [] };

/** The history with `move` added, or the same one when the move is not possible now. */
export function play(setting: Setting, history: History, move: Move): History {
  const last = history.moves.at(-1);
  // A text that is still being written is one move, not one per letter.
  const isGoingOn = move.kind === "comment" && last?.kind === "comment";
  const moves = [...(isGoingOn ? history.moves.slice(0, -1) : history.moves), move];
  return isPossible(setting, moves) ? { moves, undone: [] } : history;
}

export function undo({ moves, undone }: History): History {
  const last = moves.at(-1);
  return last === undefined ? { moves, undone } : { moves: moves.slice(0, -1), undone: [...undone, last] };
}

export function redo({ moves, undone }: History): History {
  const last = undone.at(-1);
  return last === undefined ? { moves, undone } : { moves: [...moves, last], undone: undone.slice(0, -1) };
}
