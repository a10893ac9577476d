/** What a page asks to be shown, and what it is told about it. */

import type { LoadFault } from "./loading";

export interface PaneAsk {
  /** Names the pane to the page, e.g. "left". */
  readonly key: string;
  /** Where on the page: the pane is drawn behind or before this element, exactly its size. */
  readonly element: HTMLElement;
  readonly url: string;
  /** A coarse copy in the same box, drawn while the model itself travels. */
  readonly coarseUrl?: string | null;
  /** Swipe: the model that is drawn right of the pane's divider, seen by the same camera. */
  readonly rightUrl?: string | null;
  readonly rightCoarseUrl?: string | null;
  /** A small picture that stands in the pane until the surface is there. */
  readonly previewUrl?: string | null;
}

/** coarse: something can be seen and turned, but not yet what is to be judged. */
export type PaneState =
  | { readonly kind: "loading" }
  | { readonly kind: "coarse" | "ready"; readonly triangles: number; readonly hasColour: boolean }
  | { readonly kind: "failed"; readonly fault: LoadFault };

/** Where one model of a pane comes from. */
export interface Source {
  readonly url: string;
  readonly coarseUrl: string | null;
}

/** One source, or two when the pane is divided. */
export function sourcesOf(ask: PaneAsk): Source[] {
  const left = { url: ask.url, coarseUrl: ask.coarseUrl ?? null };
  return ask.rightUrl ? [left, { url: ask.rightUrl, coarseUrl: ask.rightCoarseUrl ?? null }] : [left];
}

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

/** The two parts of a pane left and right of a divider at this share of its width; a part without width is null. */
export function dividedAt(part: Viewport, share: number): readonly [Viewport | null, Viewport | null] {
  const width = Math.round(part.width * Math.min(1, Math.max(0, share)));
  const left = width > 0 ? { ...part, width } : null;
  const right = width < part.width ? { ...part, left: part.left + width, width: part.width - width } : null;
  return [left, right];
}

/** The preview as the pane's background: whatever the page draws in the pane stays untouched and above it. */
export function showPreview(element: HTMLElement, url: string | null | undefined): void {
  element.style.backgroundImage = url ? `url("${encodeURI(url)}")` : "";
  element.style.backgroundSize = url ? "contain" : "";
  element.style.backgroundPosition = url ? "center" : "";
  element.style.backgroundRepeat = url ? "no-repeat" : "";
}
