import { texts } from "../../core/texts";
import { Dialog } from "./dialog";

const own = texts.annotate;

/** What whoever leads the campaign asks for, as it was written. */
export function InstructionsDialog({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <Dialog title={own.instructions} testId="instructions" onClose={onClose}>
      <p class="instructions">{text}</p>
      <div class="row dialog-actions">
        <button type="button" class="button is-primary" onClick={onClose}>
          {own.close}
        </button>
      </div>
    </Dialog>
  );
}
