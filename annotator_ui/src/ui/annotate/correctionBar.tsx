import type { CorrectionNote } from "../../core/correction";
import { texts } from "../../core/texts";

const own = texts.annotate;

/** Over the answer that is corrected: which one it is, and why it is changed. */
export function CorrectionBar({ correction, onSubmit }: { correction: CorrectionNote; onSubmit: () => void }) {
  const isMissing = correction.isMissing.value;
  return (
    <div class={isMissing ? "note banner is-bad" : "note banner"} data-testid="correction">
      <span>{own.correcting(correction.when)}</span>
      <label class="row">
        <b>{own.correctionReason}</b>
        <input
          type="text"
          maxLength={2000}
          size={44}
          value={correction.reason.value}
          placeholder={own.correctionReasonHint}
          aria-invalid={isMissing}
          aria-describedby={isMissing ? "correction-missing" : undefined}
          onInput={(event) => {
            correction.reason.value = event.currentTarget.value;
            if (isMissing) correction.isGiven();
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") onSubmit();
          }}
          data-testid="correction-reason"
        />
      </label>
      {isMissing && (
        <b id="correction-missing" role="alert">
          {own.correctionReasonMissing}
        </b>
      )}
    </div>
  );
}
