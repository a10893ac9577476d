import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

export interface DropZoneProps {
  accept: string;
  label: string;
  isMultiple?: boolean;
  isDisabled?: boolean;
  onFiles: (files: File[]) => void;
  children?: ComponentChildren;
}

/** A place to drop files on, and a button for those who do not drag. */
export function DropZone({ accept, label, isMultiple = true, isDisabled = false, onFiles, children }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    if (files?.length) onFiles(isMultiple ? [...files] : [...files].slice(0, 1));
    if (input.current) input.current.value = "";
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button inside does the same
    <div
      class={isOver ? "drop-zone is-over" : "drop-zone"}
      data-testid="drop-zone"
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        if (!isDisabled) take(event.dataTransfer?.files);
      }}
    >
      <button type="button" class="button" disabled={isDisabled} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={isMultiple}
        accept={accept}
        onChange={(event) => take(event.currentTarget.files)}
      />
      {children}
    </div>
  );
}
