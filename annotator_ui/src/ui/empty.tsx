import type { ComponentChildren } from "preact";

/** What a list shows when it has nothing: a heading, and what to do about it. */
export function Empty({ heading, children }: { heading: string; children?: ComponentChildren }) {
  return (
    <div class="empty" data-testid="empty">
      <strong>{heading}</strong>
      <span>{children}</span>
    </div>
  );
}
