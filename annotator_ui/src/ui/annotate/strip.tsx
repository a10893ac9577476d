import type { Answer } from "../../core/answer";
import { letterOf } from "../../core/letters";
import { texts } from "../../core/texts";

const own = texts.annotate;

export type StripState = "shown" | "waiting" | "lost" | "kept";

export function stripState(answer: Answer, candidateId: string): StripState {
  if (answer.stage === "rejecting") return "lost";
  if (answer.stage === "ranking") return "shown";
  if (answer.left === candidateId || answer.right === candidateId) return "shown";
  if (answer.losers.includes(candidateId)) return "lost";
  return answer.champion === candidateId ? "kept" : "waiting";
}

const WORDS: Readonly<Record<StripState, string>> = {
  shown: own.onScreen,
  waiting: own.waiting,
  lost: own.lost,
  kept: own.champion,
};

export interface StripProps {
  order: readonly string[];
  answer: Answer;
  selected: string | null;
  onSelect: (candidateId: string) => void;
}

/** All candidates as letters. No preview pictures: whoever drew a picture could be told from its style. */
export function Strip({ order, answer, selected, onSelect }: StripProps) {
  return (
    <ol class="strip" data-testid="strip">
      {order.map((candidateId) => {
        const state = stripState(answer, candidateId);
        const letter = letterOf(order, candidateId);
        const count = answer.reasons.get(candidateId)?.length ?? 0;
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
