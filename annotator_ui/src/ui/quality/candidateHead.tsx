import { texts as shared } from "../../core/texts";
import { disagreementsTexts as texts } from "../../core/texts/quality";

export interface CandidateHeadProps {
  /** The digit that picks it now. */
  keyNumber: number;
  /** Its number among all of the object's candidates. */
  number: number;
  /** Who preferred it. */
  people: readonly { annotator: string; is_simulated: boolean }[];
  isChosen: boolean;
  onPick: () => void;
}

/** What lies over a candidate on the reviewer's board. */
export function CandidateHead({ keyNumber, number, people, isChosen, onPick }: CandidateHeadProps) {
  return (
    <>
      <button
        type="button"
        class={isChosen ? "button is-small is-chosen" : "button is-small"}
        aria-pressed={isChosen}
        aria-label={texts.choose(number)}
        onClick={onPick}
      >
        <kbd>{keyNumber}</kbd> {keyNumber === number ? "" : texts.candidate(String(number))}
      </button>
      <span class="row">
        {people.map((person) => (
          <span key={person.annotator} class={person.is_simulated ? "badge is-warn" : "badge is-active"}>
            {person.annotator}
            {person.is_simulated && ` · ${shared.shell.simulated}`}
          </span>
        ))}
      </span>
    </>
  );
}
