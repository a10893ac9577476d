import { useLayoutEffect, useRef } from "preact/hooks";
import { type Group, sheet } from "../../core/shortcuts";
import { texts } from "../../core/texts";

const own = texts.annotate;
const GROUPS: readonly Group[] = ["choose", "reasons", "view", "task"];

export interface HelpSheetProps {
  /** How many steps the rating scale has. */
  nRatings: number;
  onClose: () => void;
}

/** The `?` sheet: drawn from the same table that the keyboard obeys. */
export function HelpSheet({ nRatings, onClose }: HelpSheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="dialog help-sheet" ref={dialog} onClose={onClose} data-testid="help" aria-label={own.helpTitle}>
      <div class="card-head">
        <h2>{own.helpTitle}</h2>
        <button type="button" class="button is-small" onClick={() => dialog.current?.close()}>
          {own.close}
        </button>
      </div>
      <div class="help-groups">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{own.groups[group]}</h3>
            <dl>
              {sheet(group).map((row) => (
                <div key={row.text}>
                  <dt>
                    {row.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{row.text}</dd>
                </div>
              ))}
              {group === "choose" && <DigitRow last="9" text={own.digitsRanking} />}
              {group === "choose" && <DigitRow last={String(nRatings)} text={own.digitsRating} />}
              {group === "reasons" && <DigitRow last="9" text={own.digitsReasons} />}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}

function DigitRow({ last, text }: { last: string; text: string }) {
  return (
    <div>
      <dt>
        <kbd>1</kbd>–<kbd>{last}</kbd>
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
