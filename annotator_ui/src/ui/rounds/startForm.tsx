import { useState } from "preact/hooks";
import { roundsTexts as texts } from "../../core/texts/rounds";

export interface RoundAsk {
  name?: string;
  alpha?: number;
  sft_steps?: number;
  dpo_steps?: number;
  rate_factor?: number;
  seed?: number;
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  type?: "text" | "number";
  value?: string;
  min?: number;
  max?: number;
  step?: number | "any";
}

function Field({ name, label, hint, type = "number", value, min, max, step }: FieldProps) {
  const id = `round-${name}`;
  return (
    <label class="field" for={id}>
      <span>{label}</span>
      {type === "number" ? (
        <input id={id} type="number" name={name} defaultValue={value} min={min} max={max} step={step} />
      ) : (
        <input id={id} type="text" name={name} defaultValue={value} />
      )}
      {hint && <small>{hint}</small>}
    </label>
  );
}

/** What is left empty is left to the server. */
function askOf(form: HTMLFormElement): RoundAsk {
  const values = new FormData(form);
  const text = (name: string) => String(values.get(name) ?? "").trim();
  const number = (name: string) => (text(name) === "" ? undefined : Number(text(name)));
  const ask: RoundAsk = {};
  if (text("name")) ask.name = text("name");
  for (const name of ["alpha", "sft_steps", "dpo_steps", "rate_factor", "seed"] as const) {
    const value = number(name);
    if (value !== undefined) ask[name] = value;
  }
  return ask;
}

/** The form that starts a round; one button for those who trust the recipe. */
export function StartForm({ isBusy, onStart }: { isBusy: boolean; onStart: (ask: RoundAsk) => void }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <form
      class="card"
      data-testid="start-round"
      onSubmit={(event) => {
        event.preventDefault();
        onStart(askOf(event.currentTarget));
      }}
    >
      <div class="card-head">
        <h2>{texts.startHeading}</h2>
        <button
          type="button"
          class="button is-quiet is-small"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? texts.fewer : texts.more}
        </button>
      </div>
      <div class="form-grid">
        <Field name="name" label={texts.name} hint={texts.nameHint} type="text" />
        <Field
          name="alpha"
          label={texts.columns.alpha}
          hint={texts.alphaHint}
          value="0.6"
          min={0}
          max={1}
          step={0.05}
        />
        {isOpen && (
          <>
            <Field name="sft_steps" label={texts.sftSteps} hint={texts.stepsHint} min={1} step={1} />
            <Field name="dpo_steps" label={texts.dpoSteps} hint={texts.stepsHint} min={1} step={1} />
            <Field
              name="rate_factor"
              label={texts.rateFactor}
              hint={texts.rateFactorHint}
              min={0.000001}
              max={10}
              step="any"
            />
            <Field name="seed" label={texts.seed} hint={texts.seedHint} min={0} step={1} />
          </>
        )}
      </div>
      <div>
        <button type="submit" class="button is-primary" disabled={isBusy}>
          {texts.start}
        </button>
      </div>
    </form>
  );
}
