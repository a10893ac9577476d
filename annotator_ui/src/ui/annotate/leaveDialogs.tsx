import { useState } from "preact/hooks";
import { SKIP_REASONS, type SkipReason } from "../../core/assignment";
import { texts } from "../../core/texts";
import { Dialog } from "./dialog";

const own = texts.annotate;
const LONGEST = 2000;

interface NoteProps {
  value: string;
  onInput: (text: string) => void;
}

function Note({ value, onInput }: NoteProps) {
  return (
    <label class="field">
      <span>{own.noteLabel}</span>
      <textarea rows={3} maxLength={LONGEST} value={value} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}

interface ActionsProps {
  yes: string;
  isDisabled?: boolean;
  onYes: () => void;
  onClose: () => void;
}

function Actions({ yes, isDisabled, onYes, onClose }: ActionsProps) {
  return (
    <div class="row dialog-actions">
      <button type="button" class="button" onClick={onClose}>
        {texts.shell.cancel}
      </button>
      <button type="button" class="button is-primary" disabled={isDisabled} onClick={onYes} data-testid="dialog-yes">
        {yes}
      </button>
    </div>
  );
}

export interface SkipDialogProps {
  onSkip: (reason: SkipReason, comment: string) => void;
  onClose: () => void;
}

/** Why she would rather not answer: digits choose, Enter skips. */
export function SkipDialog({ onSkip, onClose }: SkipDialogProps) {
  const [reason, setReason] = useState<SkipReason | null>(null);
  const [comment, setComment] = useState("");
  const skip = (): void => {
    if (reason !== null) onSkip(reason, comment);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLTextAreaElement) return;
    const picked = SKIP_REASONS[Number(event.key) - 1];
    if (picked !== undefined) setReason(picked);
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) skip();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={own.skipTitle} testId="skip-dialog" onClose={onClose} onConfirm={skip}>
      <p class="hint">{own.skipHint}</p>
      <fieldset class="choices" aria-label={own.skipTitle} onKeyDown={onKey}>
        {SKIP_REASONS.map((one, index) => (
          <label key={one}>
            <input
              type="radio"
              name="skip-reason"
              checked={one === reason}
              onChange={() => setReason(one)}
              data-testid={`skip-${one}`}
            />
            <span>{own.skipReasons[one]}</span>
            <kbd>{index + 1}</kbd>
          </label>
        ))}
      </fieldset>
      <Note value={comment} onInput={setComment} />
      <Actions yes={own.skipYes} isDisabled={reason === null} onYes={skip} onClose={onClose} />
    </Dialog>
  );
}

export function FlagDialog({ onFlag, onClose }: { onFlag: (comment: string) => void; onClose: () => void }) {
  const [comment, setComment] = useState("");
  return (
    <Dialog title={own.flagTitle} testId="flag-dialog" onClose={onClose} onConfirm={() => onFlag(comment)}>
      <p class="hint">{own.flagHint}</p>
      <Note value={comment} onInput={setComment} />
      <Actions yes={own.flagYes} onYes={() => onFlag(comment)} onClose={onClose} />
    </Dialog>
  );
}

export interface CommentDialogProps {
  comment: string;
  onComment: (text: string) => void;
  onClose: () => void;
}

/** Saved with every letter, like everything else: closing needs no decision. */
export function CommentDialog({ comment, onComment, onClose }: CommentDialogProps) {
  return (
    <Dialog title={own.commentTitle} testId="comment-dialog" onClose={onClose} onConfirm={onClose}>
      <label class="field">
        <span>{own.commentHint}</span>
        <textarea
          rows={4}
          maxLength={LONGEST}
          value={comment}
          onInput={(event) => onComment(event.currentTarget.value)}
          data-testid="comment-text"
        />
      </label>
      <div class="row dialog-actions">
        <button type="button" class="button is-primary" onClick={onClose} data-testid="dialog-yes">
          {own.done}
        </button>
      </div>
    </Dialog>
  );
}
