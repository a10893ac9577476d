import { useEffect, useRef } from "preact/hooks";

export interface ConfirmDialogProps {
  question: string;
  yes: string;
  no: string;
  onYes: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ question, yes, no, onYes, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = (): void => {
    dialog.current?.close();
    onYes();
  };
  return (
    <dialog class="dialog" ref={dialog} onClose={onClose} data-testid="confirm" aria-label={question}>
      <p>{question}</p>
      <div class="row dialog-actions">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {no}
        </button>
        <button type="button" class="button is-danger" onClick={confirm} data-testid="confirm-yes">
          {yes}
        </button>
      </div>
    </dialog>
  );
}
