/** What a page asks to be shown, and what it is told about it. */

import type { LoadFault } from "./loading";

export interface PaneAsk {
  /** Names the pane to the page, e.g. "left". */
  readonly key: string;
  /** Where on the page: the pane is drawn behind or before this element, exactly its size. */
  readonly element: HTMLElement;
  readonly url: string;
}

export type PaneState =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly triangles: number }
  | { readonly kind: "failed"; readonly fault: LoadFault };

export interface Viewport {
  readonly left: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

interface Edges {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The pane's part of the canvas in CSS pixels from its lower left corner; null where nothing of it can be seen. */
export function viewportOf(pane: Edges, canvas: Edges): Viewport | null {
  const width = pane.right - pane.left;
  const height = pane.bottom - pane.top;
  const isOutside =
    pane.right <= canvas.left || pane.left >= canvas.right || pane.bottom <= canvas.top || pane.top >= canvas.bottom;
  if (width <= 0 || height <= 0 || isOutside) return null;
  return { left: pane.left - canvas.left, bottom: canvas.bottom - pane.bottom, width, height };
}
