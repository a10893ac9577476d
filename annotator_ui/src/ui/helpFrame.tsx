import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface HelpRow {
  readonly keys: readonly string[];
  readonly text: string;
}

export interface HelpGroup {
  readonly title: string;
  readonly rows: readonly HelpRow[];
  /** Rows of another kind after those, e.g. "1 to 9". */
  readonly more?: ComponentChildren;
}

export interface HelpFrameProps {
  title: string;
  closeLabel: string;
  hint?: string;
  groups: readonly HelpGroup[];
  onClose: () => void;
}

/** The `?` sheet of a page, whatever its keys are. */
export function HelpFrame({ title, closeLabel, hint, groups, onClose }: HelpFrameProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key: whoever knows the keys types them in one go.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="dialog help-sheet" ref={dialog} onClose={onClose} data-testid="help" aria-label={title}>
      <div class="card-head">
        <h2>{title}</h2>
        <button type="button" class="button is-small" onClick={() => dialog.current?.close()}>
          {closeLabel}
        </button>
      </div>
      {hint && <p class="hint">{hint}</p>}
      <div class="help-groups">
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.rows.map((row) => (
                <div key={row.text}>
                  <dt>
                    {row.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{row.text}</dd>
                </div>
              ))}
              {group.more}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
