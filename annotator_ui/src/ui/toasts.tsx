import { signal } from "@preact/signals";
import { texts } from "../core/texts";

export type ToastTone = "plain" | "good" | "bad";

interface Toast {
  id: number;
  tone: ToastTone;
  text: string;
}

const toasts = signal<Toast[]>([]);
let lastId = 0;

/** Show one sentence for a while; a bad one stays until it is dismissed. */
export function showToast(text: string, tone: ToastTone = "plain", milliseconds = 5000): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.slice(-3), { id, tone, text }];
  if (tone !== "bad") setTimeout(() => dismissToast(id), milliseconds);
}

function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast is-${toast.tone}`} data-testid="toast">
          <span>{toast.text}</span>
          <button type="button" class="button is-quiet is-small" onClick={() => dismissToast(toast.id)}>
            {texts.shell.dismiss}
          </button>
        </div>
      ))}
    </div>
  );
}
