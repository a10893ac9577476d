/** Between the page and the viewer: how the one comes to the other, and what the page's element tells about it. */

import type { AssetProblemKind } from "../../core/assignment";
import type { LoadFault } from "../../viewer/loading";
import { NoWebGlError, Viewer, type ViewerEvents } from "../../viewer/viewer";

/** A viewer at its first view; null where the browser gives no WebGL. */
export function openViewer(canvas: HTMLCanvasElement, place: HTMLElement, events: ViewerEvents): Viewer | null {
  try {
    const viewer = new Viewer(canvas, {
      ...events,
      onCamera: (orbit) => {
        place.dataset.camera = JSON.stringify(orbit);
      },
    });
    viewer.resetView();
    return viewer;
  } catch (error) {
    if (error instanceof NoWebGlError) return null;
    throw error;
  }
}

/** For tests that watch graphics memory over many tasks. */
export function tellStats(place: HTMLElement | null, viewer: Viewer | null): void {
  if (place === null || viewer === null) return;
  const { geometries, textures, models } = viewer.stats();
  place.dataset.geometries = String(geometries);
  place.dataset.textures = String(textures);
  place.dataset.models = String(models);
}

/** What is wrong with the file itself; null where it may be the connection or the server, which others tell of. */
export function assetProblemOf(fault: LoadFault): AssetProblemKind | null {
  if (fault.kind === "network") return null;
  if (fault.kind !== "http") return "unreadable";
  // A store that may not list its files says 403 of one that is not there; the signature was fresh.
  return [403, 404, 410].includes(fault.status) ? "missing" : null;
}
