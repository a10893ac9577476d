import type { RatingStep, RejectionReason } from "../../core/assignment";
import type { Verdict } from "../../core/kingOfTheHill";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { KeyButton } from "./keyButton";

const own = texts.annotate;
const VERDICTS = [
  ["left", "left_better", own.left],
  ["equal", "equal", own.equal],
  ["both_bad", "both_bad", own.bothBad],
  ["right", "right_better", own.right],
] as const;

export interface VerdictBarProps {
  /** False until both candidates can be seen. */
  isReady: boolean;
  onVerdict: (verdict: Verdict) => void;
}

export function VerdictBar({ isReady, onVerdict }: VerdictBarProps) {
  return (
    <div class="verdict-bar">
      {VERDICTS.map(([verdict, action, words]) => (
        <KeyButton
          key={verdict}
          class={`is-big is-${verdict}`}
          testId={`verdict-${verdict}`}
          title={own.actions[action]}
          keyLabel={keysOf(action)}
          isDisabled={!isReady}
          onPress={() => onVerdict(verdict)}
        >
          {words}
        </KeyButton>
      ))}
    </div>
  );
}

export interface RatingBarProps {
  scale: readonly RatingStep[];
  rating: number | null;
  onRate: (value: number) => void;
  onSubmit: () => void;
  isSubmittable: boolean;
}

export function RatingBar({ scale, rating, onRate, onSubmit, isSubmittable }: RatingBarProps) {
  return (
    <div class="rating-bar">
      <fieldset class="rating-steps" aria-label={own.ratingQuestion}>
        {scale.map((step, index) => (
          <KeyButton
            key={step.value}
            class="is-big"
            testId={`rating-${index + 1}`}
            keyLabel={String(index + 1)}
            isPressed={step.value === rating}
            onPress={() => onRate(step.value)}
          >
            {step.label}
          </KeyButton>
        ))}
      </fieldset>
      <KeyButton
        class="is-big is-primary"
        testId="submit"
        keyLabel={keysOf("submit")}
        isDisabled={!isSubmittable}
        onPress={onSubmit}
      >
        {rating === null ? own.chooseRatingFirst : own.submit}
      </KeyButton>
    </div>
  );
}

export interface ReasonsBarProps {
  letter: string;
  reasons: readonly RejectionReason[];
  chosen: readonly string[];
  onToggle: (code: string) => void;
  /** Absent where the reasons are the stage itself. */
  onDone?: () => void;
  onSubmit?: () => void;
  onStep: (by: 1 | -1) => void;
  isSubmittable: boolean;
}

export function ReasonsBar(props: ReasonsBarProps) {
  return (
    <div class="reasons-bar" data-testid="reasons">
      <div class="reasons-head">
        <strong>{own.reasonsOf(props.letter)}</strong>
        <div class="row">
          <KeyButton
            class="is-small"
            title={own.actions.previous_candidate}
            keyLabel={keysOf("previous_candidate")}
            onPress={() => props.onStep(-1)}
          >
            ‹
          </KeyButton>
          <KeyButton
            class="is-small"
            title={own.actions.next_candidate}
            keyLabel={keysOf("next_candidate")}
            onPress={() => props.onStep(1)}
          >
            ›
          </KeyButton>
        </div>
      </div>
      <fieldset class="reason-chips" aria-label={own.reasonsOf(props.letter)}>
        {props.reasons.map((reason, index) => (
          <KeyButton
            key={reason.code}
            class="is-chip"
            testId={`reason-${reason.code}`}
            keyLabel={index < 9 ? String(index + 1) : undefined}
            isPressed={props.chosen.includes(reason.code)}
            onPress={() => props.onToggle(reason.code)}
          >
            {reason.label}
          </KeyButton>
        ))}
      </fieldset>
      {props.onDone && (
        <KeyButton keyLabel={keysOf("reasons_close")} onPress={props.onDone} testId="reasons-done">
          {own.reasonsDone}
        </KeyButton>
      )}
      {props.onSubmit && (
        <KeyButton
          class="is-big is-primary"
          testId="submit"
          keyLabel={keysOf("submit")}
          isDisabled={!props.isSubmittable}
          onPress={props.onSubmit}
        >
          {own.submit}
        </KeyButton>
      )}
    </div>
  );
}
