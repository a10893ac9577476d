/** The sentences of the part of a page that shows one mesh. */
export const stageTexts = {
  noWebGl: "This browser gives no WebGL, so meshes cannot be shown. The previews and downloads still work.",
  failed: "This mesh could not be shown. Download it instead, or try again.",
  loading: "Loading the mesh…",
  coarse: "A coarse copy; the whole mesh is loading…",
  swipe: "Swipe",
  swipeHint: "Show both candidates in one place with a line between them",
  divider: "Line between the two candidates",
};
