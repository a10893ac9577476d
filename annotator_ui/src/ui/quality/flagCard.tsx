import { useState } from "preact/hooks";
import { formatTime } from "../../core/format";
import { percentWithInterval } from "../../core/shares";
import type { Tone } from "../../core/states";
import { personTexts as texts } from "../../core/texts/quality";

export interface ShownFlag {
  id: number;
  kind: string;
  state: string;
  evidence: Record<string, number | null>;
  created_at: string;
  decided_by: string | null;
  decided_at: string | null;
  note: string;
}

const tones: Record<string, Tone> = { suspected: "warn", confirmed: "bad", dismissed: "plain" };

/** The figures that raised a flag, as one sentence. */
export function evidenceOf({ kind, evidence }: Pick<ShownFlag, "kind" | "evidence">): string {
  const { n = 0, count = 0, rate = null, low = null, high = null } = evidence;
  const words = texts.evidence[kind] ?? kind;
  return texts.evidenceLine(words, count ?? 0, n ?? 0, percentWithInterval({ rate, low, high }));
}

export interface FlagCardProps {
  flag: ShownFlag;
  isBusy: boolean;
  onDecide: (state: string, note: string) => void;
}

/** One doubt with its figures, and the three states that any of them may go to. */
export function FlagCard({ flag, isBusy, onDecide }: FlagCardProps) {
  const [note, setNote] = useState(flag.note);
  const button = (state: string, label: string, look = "") =>
    flag.state !== state && (
      <button
        type="button"
        class={`button is-small ${look}`}
        disabled={isBusy}
        data-testid={`flag-${state}`}
        onClick={() => onDecide(state, note)}
      >
        {label}
      </button>
    );
  return (
    <div class="flag" data-testid="flag" data-kind={flag.kind} data-flag-state={flag.state}>
      <div class="row">
        <strong>{texts.kinds[flag.kind] ?? flag.kind}</strong>
        <span class={`badge is-${tones[flag.state] ?? "plain"}`}>{texts.states[flag.state] ?? flag.state}</span>
        <span class="hint">
          {flag.decided_by && flag.decided_at
            ? texts.decidedBy(flag.decided_by, formatTime(flag.decided_at))
            : texts.raised(formatTime(flag.created_at))}
        </span>
      </div>
      <p>{evidenceOf(flag)}</p>
      <label class="field">
        <span>{texts.note}</span>
        <input type="text" maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        <small>{texts.noteHint}</small>
      </label>
      <div class="row">
        {button("confirmed", texts.confirm, "is-danger")}
        {button("dismissed", texts.dismiss)}
        {button("suspected", texts.reopen)}
      </div>
    </div>
  );
}
