import { formatMilliseconds } from "../../core/format";
import { labelOf } from "../../core/states";
import { disagreementsTexts as texts } from "../../core/texts/quality";
import { Time } from "../time";
import { PersonName } from "./personName";

export interface ShownWord {
  id: number;
  annotator: string;
  is_simulated: boolean;
  outcome: string;
  winner_id: string | null;
  rating: number | null;
  comparisons: { id: number; left_id: string; right_id: string; verdict: string }[];
  rejections: { candidate_id: string; reasons: string[] }[];
  comment: string;
  revision_reason: string;
  milliseconds: number;
  created_at: string;
}

export interface WordCardProps {
  word: ShownWord;
  /** The number of a candidate on this page, or null when it is not among them. */
  numberOf: (id: string) => number | null;
  ratingLabel: (rating: number) => string;
  heading?: string;
}

/** What one person said about the object: whom, how good, which comparisons led there, what was wrong with others. */
export function WordCard({ word, numberOf, ratingLabel, heading }: WordCardProps) {
  const name = (id: string): string => String(numberOf(id) ?? "?");
  const winner = word.winner_id;
  const reason = word.revision_reason || word.comment;
  return (
    <section class="card word" data-testid="word" data-annotator={word.annotator}>
      <div class="card-head">
        <h3>{heading ?? <PersonName username={word.annotator} isSimulated={word.is_simulated} />}</h3>
        <Time at={word.created_at} />
      </div>
      {winner ? (
        <div class="word-winner">
          <img class="gold-preview" src={`/api/assets/candidates/${winner}/preview`} alt="" loading="lazy" />
          <span class="stack">
            <strong>{texts.candidate(name(winner))}</strong>
            {word.rating !== null && <span>{ratingLabel(word.rating)}</span>}
          </span>
        </div>
      ) : (
        <p class="note is-warn">{texts.saidNone}</p>
      )}
      {reason && <p class="note wrap">{reason}</p>}
      {word.comparisons.length > 0 && (
        <p class="hint">
          {word.comparisons
            .map((step) => `${name(step.left_id)} ${texts.verdicts[step.verdict] ?? ""} ${name(step.right_id)}`)
            .join(" · ")}
        </p>
      )}
      {word.rejections.length > 0 && (
        <ul class="people stack">
          {word.rejections.map((rejection) => (
            <li key={rejection.candidate_id} class="row">
              <span class="hint">{texts.rejectedOf(name(rejection.candidate_id))}</span>
              {rejection.reasons.map((code) => (
                <span key={code} class="badge is-warn">
                  {labelOf(code)}
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
      {word.milliseconds > 0 && <span class="hint">{texts.took(formatMilliseconds(word.milliseconds))}</span>}
    </section>
  );
}
