import type { Conflict } from "../../core/annotationSession";
import { formatSeconds } from "../../core/format";
import { texts } from "../../core/texts";
import { Dialog } from "./dialog";

const own = texts.annotate;
const SIDES = ["here", "there"] as const;

export interface ConflictDialogProps {
  conflict: Conflict;
  /** What each version says, in words. */
  words: { readonly here: readonly string[]; readonly there: readonly string[] };
  now: number;
  onKeep: (side: "here" | "there") => void;
}

/** Both versions of the work on one object, side by side; it stays open until one of them is chosen. */
export function ConflictDialog({ conflict, words, now, onKeep }: ConflictDialogProps) {
  const { where } = conflict;
  return (
    <Dialog title={own.conflictTitle} testId="conflict" class="conflict" onClose={() => onKeep("here")}>
      <p>{where === "tab" ? own.conflictTab : own.conflictDevice}</p>
      <div class="versions">
        {SIDES.map((side) => (
          <section key={side} class="card" data-testid={`conflict-${side}`}>
            <h3>{side === "here" ? own.conflictHere : own.conflictThere[where]}</h3>
            <p class="hint">{formatSeconds(Math.max(0, (now - conflict[side].writtenAt) / 1000))} ago</p>
            <ul>
              {words[side].map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <button
              type="button"
              class={side === "here" ? "button is-primary" : "button"}
              onClick={() => onKeep(side)}
              data-testid={`keep-${side}`}
            >
              {own.conflictKeep}
            </button>
          </section>
        ))}
      </div>
      <p class="hint">{own.conflictOther}</p>
    </Dialog>
  );
}
