import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface DialogProps {
  title: string;
  testId: string;
  class?: string;
  onClose: () => void;
  /** Enter in a text, with Ctrl or Cmd. */
  onConfirm?: () => void;
  children: ComponentChildren;
}

/** A modal window of the page: the browser keeps the focus inside. */
export function Dialog({ title, testId, class: extra = "", onClose, onConfirm, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key: whoever knows the keys types them in one go.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class={`dialog ${extra}`}
      ref={dialog}
      onClose={onClose}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onConfirm?.();
      }}
      data-testid={testId}
      aria-label={title}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
