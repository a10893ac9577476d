import { useState } from "preact/hooks";
import { type FilePlan, planUpload } from "../../core/pairFiles";
import { photosTexts as texts } from "../../core/texts/photos";
import { DropZone } from "../dropZone";

export interface Skipped {
  file: string;
  reason: string;
}

export interface UploadPanelProps {
  /** Send what the plan says; gives what was left out. Refusals are thrown to the page's action. */
  onUpload: (plan: FilePlan<File>) => Promise<Skipped[]>;
  isBusy: boolean;
}

/** One place for all kinds of upload: what was dropped decides how it is sent. */
export function UploadPanel({ onUpload, isBusy }: UploadPanelProps) {
  const [note, setNote] = useState("");
  const [skipped, setSkipped] = useState<Skipped[]>([]);
  const take = async (files: File[]) => {
    const plan = planUpload(files);
    setSkipped([]);
    if (plan.kind === "nothing") return setNote(texts.nothing);
    setNote(plan.ignored.length ? texts.ignored(plan.ignored.map((file) => file.name).join(", ")) : "");
    setSkipped(await onUpload(plan));
  };
  return (
    <section class="stack">
      <DropZone
        accept="image/jpeg,image/png,image/webp,application/json,.json"
        label={texts.drop}
        isDisabled={isBusy}
        onFiles={take}
      >
        <span class="hint">{isBusy ? texts.uploading("") : texts.dropHint}</span>
      </DropZone>
      {note && <p class="note is-warn">{note}</p>}
      {skipped.length > 0 && (
        <div class="note is-warn" data-testid="skipped">
          <strong>{texts.skippedHeading}</strong>
          <ul>
            {skipped.map((item) => (
              <li key={`${item.file}${item.reason}`}>
                <code>{item.file}</code>: {item.reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
