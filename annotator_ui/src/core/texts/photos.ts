/** The sentences of the photo pages. */
export const photosTexts = {
  title: "Photos",
  lead: "A photo and a mask of one object make a target. Candidates are requested at once and made in the background.",
  drop: "Choose files",
  dropHint:
    "or drop them here: one photo with its mask, many at once (NAME.jpg with NAME_mask.png), or COCO / SA-1B JSON with its photos. JPEG, PNG or WebP; masks are PNG.",
  ignored: (names: string) => `Left out, because they are neither photos nor JSON: ${names}.`,
  nothing: "None of these files is a photo or a JSON. Photos are JPEG, PNG or WebP; masks are PNG.",
  uploading: (what: string) => `Uploading ${what}…`,
  uploaded: (photo: string, hasMask: boolean) =>
    hasMask ? `“${photo}” is in, and candidates are on their way.` : `“${photo}” is in. Now give it a mask.`,
  imported: (photos: number, targets: number, skipped: number) =>
    `Imported ${photos} photos and ${targets} targets; ${skipped} left out.`,
  skippedHeading: "Left out",
  failedHeading: "Requests that failed",
  retry: "Retry",
  retryShown: "Retry these",
  retried: "Asked again; a worker takes it in a moment.",
  listHeading: "Photos",
  emptyHeading: "No photos yet",
  emptyBody: "Drop a photo and its mask above to make the first target.",
  noTargets: "no mask yet",
  targets: "Targets",
  candidates: "Candidates",
  added: "Added",
  size: "Size",
  name: "Name",
};

export const photoTexts = {
  back: "Photos",
  addMask: "Add a mask",
  addMaskHint: "A PNG of the photo’s size; non-zero is the object. Drop it here.",
  added: "The target is in, and candidates are on their way.",
  emptyHeading: "This photo has no target yet",
  emptyBody: "Add a mask of one object; every mask is a target of its own.",
  target: (name: string) => `Target ${name}`,
  heldout: "held out: it judges checkpoints and never trains one",
  train: "may train",
  area: "of the photo",
  requests: "Requests for candidates",
  noRequests: "Nobody asked for candidates yet.",
  propose: "Ask for candidates",
  staleBadge: "stale",
  editMask: "Correct the mask",
  stale: (stale: number, fresh: number) =>
    `The mask was corrected: ${stale} ${stale === 1 ? "candidate is" : "candidates are"} stale, ${fresh} made for the new mask.`,
  proposed: "Asked. The state changes here as workers go on.",
  candidates: "Candidates",
  noCandidates: "None yet.",
  lineage: "Lineage",
  columns: { generator: "Generator", n: "Candidates", state: "State", attempts: "Attempts", reason: "Reason" },
};
