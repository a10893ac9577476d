import { Dialog } from "./dialog";

export interface ConfirmDialogProps {
  question: string;
  yes: string;
  no: string;
  onYes: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ question, yes, no, onYes, onClose }: ConfirmDialogProps) {
  return (
    <Dialog title={question} testId="confirm" onClose={onClose}>
      <div class="row dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {no}
        </button>
        <button type="button" class="button is-danger" onClick={onYes} data-testid="confirm-yes">
          {yes}
        </button>
      </div>
    </Dialog>
  );
}
