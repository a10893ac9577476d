/** Between the page and the viewer: how the one comes to the other, and what the page's element tells about it. */

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
