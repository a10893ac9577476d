import { useEffect, useRef } from "preact/hooks";
import { type AlignGroup, alignSheet } from "../../core/alignKeys";
import { alignTexts as own } from "../../core/texts/align";

const GROUPS: readonly AlignGroup[] = ["place", "turn", "size", "view", "task"];

/** The `?` sheet: drawn from the same table that the keyboard obeys. */
export function AlignHelp({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="dialog help-sheet" ref={dialog} onClose={onClose} data-testid="help" aria-label={own.helpTitle}>
      <div class="card-head">
        <h2>{own.helpTitle}</h2>
        <button type="button" class="button is-small" onClick={() => dialog.current?.close()}>
          {own.close}
        </button>
      </div>
      <p class="hint">{own.helpFine}</p>
      <div class="help-groups">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{own.groups[group]}</h3>
            <dl>
              {alignSheet(group).map((row) => (
                <div key={row.text}>
                  <dt>
                    {row.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{row.text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
