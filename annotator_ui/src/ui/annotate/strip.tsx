import type { Hill } from "../../core/kingOfTheHill";
import { letterOf } from "../../core/letters";
import { texts } from "../../core/texts";

const own = texts.annotate;

export type StripState = "shown" | "waiting" | "lost" | "kept";

export function stripState(hill: Hill, candidateId: string): StripState {
  if (hill.stage === "rejecting") return "lost";
  if (hill.left === candidateId || hill.right === candidateId) return "shown";
  if (hill.losers.includes(candidateId)) return "lost";
  if (hill.waiting.includes(candidateId)) return "waiting";
  return "kept";
}

const WORDS: Readonly<Record<StripState, string>> = {
  shown: own.onScreen,
  waiting: own.waiting,
  lost: own.lost,
  kept: own.champion,
};

export interface StripProps {
  order: readonly string[];
  hill: Hill;
  selected: string | null;
  onSelect: (candidateId: string) => void;
}

/** All candidates as letters. No preview pictures: whoever drew a picture could be told from its style. */
export function Strip({ order, hill, selected, onSelect }: StripProps) {
  return (
    <ol class="strip" data-testid="strip">
      {order.map((candidateId) => {
        const state = stripState(hill, candidateId);
        const letter = letterOf(order, candidateId);
        const count = hill.reasons.get(candidateId)?.length ?? 0;
        const words = count > 0 ? `${WORDS[state]}, ${own.reasonsCount(count)}` : WORDS[state];
        return (
          <li key={candidateId}>
            <button
              type="button"
              class={candidateId === selected ? `strip-item is-${state} is-selected` : `strip-item is-${state}`}
              title={`${own.candidate(letter)}: ${words}`}
              aria-label={`${own.candidate(letter)}: ${words}. ${own.reasonsButton}`}
              disabled={state === "waiting"}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onSelect(candidateId)}
              data-candidate-id={candidateId}
              data-strip-state={state}
            >
              {letter}
              {count > 0 && <sup>{count}</sup>}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
