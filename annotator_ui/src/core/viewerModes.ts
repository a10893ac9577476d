/** How a surface can be drawn, in the order in which the page offers the modes. */

export const VIEWER_MODES = ["colour", "clay", "normals", "wireframe"] as const;

export type ViewerMode = (typeof VIEWER_MODES)[number];

/** What of an asset a mode needs. */
export interface Drawable {
  /** Whether the file brings colours of its own: a picture, colours of corners, or a material that is not plain white. */
  readonly hasColour: boolean;
}

/** The modes in which at least one of the assets on screen shows something of its own. */
export function modesOf(assets: readonly Drawable[]): readonly ViewerMode[] {
  const hasColour = assets.some((asset) => asset.hasColour);
  return VIEWER_MODES.filter((mode) => mode !== "colour" || hasColour);
}

/** The mode to draw when `wanted` is not among the offered ones. */
export function drawnMode(wanted: ViewerMode, offered: readonly ViewerMode[]): ViewerMode {
  return offered.includes(wanted) ? wanted : "clay";
}

export function nextMode(mode: ViewerMode, offered: readonly ViewerMode[]): ViewerMode {
  return offered[(offered.indexOf(mode) + 1) % offered.length] ?? mode;
}
