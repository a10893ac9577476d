import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../core/texts";

export interface ConfirmDialogProps {
  heading: string;
  confirmLabel: string;
  isBusy?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
  children?: ComponentChildren;
}

/** A question before something that others will notice. Escape and the quiet button leave things as they are. */
export function ConfirmDialog({ heading, confirmLabel, isBusy, onConfirm, onCancel, children }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" onCancel={onCancel} aria-label={heading}>
      <form
        method="dialog"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <h2>{heading}</h2>
        {children}
        <div class="row is-end">
          <button type="button" class="button is-quiet" onClick={onCancel}>
            {texts.shell.cancel}
          </button>
          <button type="submit" class="button is-primary" disabled={isBusy} data-testid="confirm">
            {confirmLabel}
          </button>
        </div>
      </form>
    </dialog>
  );
}
