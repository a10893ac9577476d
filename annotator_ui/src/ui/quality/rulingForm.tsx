import type { Ref } from "preact";
import { back, pickNobody, type Ruling, rate, stepOf, withReason } from "../../core/ruling";
import { disagreementsTexts as texts } from "../../core/texts/quality";

export interface RulingFormProps {
  ruling: Ruling;
  winnerNumber: number | null;
  scale: readonly { value: number; label: string }[];
  isSettled: boolean;
  isBusy: boolean;
  reasonRef: Ref<HTMLTextAreaElement>;
  onChange: (ruling: Ruling) => void;
  onSettle: () => void;
}

function Rating({ ruling, scale, onChange }: Pick<RulingFormProps, "ruling" | "scale" | "onChange">) {
  return (
    <fieldset class="rating-steps">
      <legend>{texts.rate}</legend>
      {scale.map((step, index) => (
        <button
          key={step.value}
          type="button"
          class={ruling.rating === step.value ? "button is-small is-chosen" : "button is-small"}
          aria-pressed={ruling.rating === step.value}
          onClick={() => onChange(rate(ruling, step.value))}
        >
          <kbd>{index + 1}</kbd> {step.label}
        </button>
      ))}
    </fieldset>
  );
}

/** The reviewer's word: whom (picked on the board), how good, why. */
export function RulingForm(props: RulingFormProps) {
  const { ruling, winnerNumber, scale, isBusy, onChange, onSettle } = props;
  const step = stepOf(ruling);
  const settle = (event: Event) => {
    event.preventDefault();
    onSettle();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") (event.currentTarget as HTMLTextAreaElement).blur();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onSettle();
  };
  return (
    <form class="card" onSubmit={settle} data-testid="ruling" data-step={step}>
      <h2>{step === "pick" ? texts.pick : winnerNumber ? texts.wins(winnerNumber) : texts.saidNone}</h2>
      {props.isSettled && <p class="hint">{texts.settleAgain}</p>}
      <div class="row">
        <button
          type="button"
          class={ruling.outcome === "none_acceptable" ? "button is-small is-chosen" : "button is-small"}
          aria-pressed={ruling.outcome === "none_acceptable"}
          onClick={() => onChange(pickNobody(ruling))}
        >
          <kbd>0</kbd> {texts.none}
        </button>
        <button
          type="button"
          class="button is-small is-quiet"
          disabled={step === "pick"}
          onClick={() => onChange(back(ruling))}
        >
          <kbd>U</kbd> {texts.undo}
        </button>
      </div>
      {ruling.outcome === "chosen" && <Rating ruling={ruling} scale={scale} onChange={onChange} />}
      <label class="field">
        <span>{texts.why}</span>
        <textarea
          ref={props.reasonRef}
          rows={3}
          maxLength={2000}
          value={ruling.reason}
          onInput={(event) => onChange(withReason(ruling, event.currentTarget.value))}
          onKeyDown={press}
        />
        <small>{texts.whyHint}</small>
      </label>
      <button type="submit" class="button is-primary" disabled={step !== "ready" || isBusy}>
        {texts.settle}
      </button>
    </form>
  );
}
