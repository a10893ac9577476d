import type { RulingKey } from "../../core/ruling";
import type { Viewer } from "../../viewer/viewer";

/** Whether a key belongs to a field that is being written in, or to the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  // A box that was just ticked keeps the focus, and takes no keys but its own.
  const fields = "input:not([type=checkbox]), textarea, select, dialog";
  return event.target instanceof Element && event.target.closest(fields) !== null;
}

/** Let a key turn the models. Says whether it did. */
export function steer(viewer: Viewer | null, key: RulingKey | null): boolean {
  if (key?.kind === "turn") viewer?.turnBy(key.azimuth, key.elevation);
  else if (key?.kind === "zoom") viewer?.zoomBy(key.factor);
  else if (key?.kind === "reset") viewer?.resetView();
  else return false;
  return true;
}
