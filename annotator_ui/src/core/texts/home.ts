/** The sentences of the home page. */
export const homeTexts = {
  greeting: (name: string) => `Good to see you, ${name}`,
  lead: "One turn of the wheel: people choose among candidates, their choices train the model, better candidates come back.",
  next: "What to do next",
  wheel: "The wheel",
  steps: [
    { name: "Photo and mask", who: "ML lead", text: "An object in a photo becomes a target." },
    { name: "Candidates", who: "the machine", text: "Generators propose shapes ahead of need." },
    { name: "Choice", who: "annotators", text: "Blind comparisons, a rating, or none acceptable." },
    { name: "Rescue", who: "artists, reviewers", text: "What no candidate got right is made by hand." },
    { name: "Records", who: "ML lead", text: "Choices become records and preference pairs." },
    { name: "Round", who: "ML lead", text: "SFT, DPO, evaluation, gate: deployed or refused." },
  ],
  annotate: {
    heading: "Choose shapes",
    today: (today: number, total: number) => `${today} today, ${total} in all.`,
    empty: "You have chosen nothing yet. The first object takes about two minutes.",
    action: "Next object",
  },
  artist: {
    heading: "Artist jobs",
    open: (count: string) => `${count} waiting for an artist.`,
    none: "No job waits. They appear when annotators find no candidate acceptable.",
    action: "See the jobs",
  },
  review: {
    heading: "Review meshes",
    open: (count: string) => `${count} waiting for your review.`,
    none: "Nothing waits for a review.",
    action: "Review",
  },
  disputes: {
    heading: "Settle disagreements",
    open: (count: string) => `People differ about ${count} of the newest objects. Your word settles them.`,
    none: "No disagreement waits. They appear when two people's choices about an object differ.",
    action: "Settle",
  },
  doubts: {
    heading: "Doubts",
    open: (flags: string, masks: string) => `Flags about people's work: ${flags}. Flagged masks: ${masks}.`,
    action: "Look at them",
  },
  photos: {
    heading: "Photos and candidates",
    failed: (count: string) => `${count} of the requests for candidates failed. Look at the reason and retry.`,
    fine: "No failed request. Upload photos to give the annotators more objects.",
    action: "Open photos",
  },
  rounds: {
    heading: "Rounds",
    none: "No round yet. Derive records, then start the first one.",
    last: (name: string, state: string) => `The last one, “${name}”, is ${state}.`,
    action: "Open rounds",
  },
  server: {
    heading: "Live model",
    ready: "The model server answers with",
    empty: "The model server has no checkpoint loaded.",
    action: "Checkpoints",
  },
};
