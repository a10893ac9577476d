import { annotateTexts } from "./texts/annotate";

/** Every sentence that the pages show and more than one page shares; a page's own sentences have a section each. */
export const texts = {
  product: "Flywheel 3D",
  nav: {
    home: "Home",
    annotate: "Annotate",
    align: "Align",
    photos: "Photos",
    artist: "Artist",
    records: "Records",
    campaigns: "Campaigns",
    quality: "Quality",
    rounds: "Rounds",
    checkpoints: "Checkpoints",
  } as Record<string, string>,
  roles: {
    annotator: "annotator",
    artist: "artist",
    reviewer: "reviewer",
    ml_lead: "ML lead",
    admin: "admin",
  } as Record<string, string>,
  shell: {
    skip: "Skip to content",
    logOut: "Log out",
    toLight: "Light mode",
    toDark: "Dark mode",
    dismiss: "Dismiss",
    simulated: "simulated",
    close: "Close",
    cancel: "Cancel",
    loading: "Loading…",
    more: "Show more",
    retry: "Try again",
  },
  errors: {
    offline: "The server cannot be reached. Check the connection; nothing was lost, try again.",
    server: "The server could not answer. Try again in a moment; if it stays so, tell an administrator.",
    signedOut: "You are signed out. Log in again in another tab, then repeat what you did here.",
  },
  annotate: annotateTexts,
};
