import { MASK_KEYS } from "../../core/maskKeys";
import { keyLabel } from "../../core/shortcuts";
import { maskTexts as texts } from "../../core/texts/mask";

/** The keys of the page, drawn from the table that the keyboard obeys. */
export function MaskKeySheet() {
  return (
    <details class="card" open>
      <summary>{texts.keys}</summary>
      <dl class="mask-keys">
        {MASK_KEYS.map((entry) => (
          <>
            <dt key={entry.label}>
              <kbd>{keyLabel(entry.keys[0] ?? "")}</kbd>
            </dt>
            <dd>{entry.label}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}
