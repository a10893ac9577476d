/** The sentences of the pages about people's work: people, gold pairs, disagreements. */
export const qualityTexts = {
  nav: { annotators: "People", disagreements: "Disagreements", gold: "Gold pairs", "mask-flags": "Flagged masks" },
  navLabel: "Quality",
  intervalHint: "Bars show where the true value lies, 19 times out of 20. A wide bar means: too few answers yet.",
  none: "no data yet",
  ofN: (right: number, n: number) => `${right} of ${n}`,
  object: (id: number) => `Object ${id}`,
};

export const boardTexts = {
  failed: "This candidate could not be loaded; the picture stands in for it.",
  retry: "Load again",
  lost: "The graphics card dropped the picture. Bringing it back…",
  noWebGl: "This browser gives no WebGL: the pictures stand in. Switch hardware acceleration on and reload the page.",
};

export const maskFlagsTexts = {
  title: "Flagged masks",
  lead: "Annotators found these masks wrong. Their objects wait until you have decided.",
  emptyHeading: "No mask is in doubt",
  emptyBody: "When an annotator flags a mask, it appears here.",
  decidedHeading: "Nothing has been decided yet",
  decidedBody: "Decisions about flagged masks are kept here.",
  tabs: { open: "To decide", corrected: "Corrected", dismissed: "Mask was right" },
  object: (id: number) => `Object ${id}`,
  by: (who: string) => `flagged by ${who}`,
  nobody: "somebody who has left",
  decided: (who: string) => `decided by ${who}`,
  noComment: "No comment.",
  correct: "Correct the mask",
  dismiss: "The mask is right",
  dismissed: "The object goes on with its mask.",
};

export const assetProblemTexts = {
  heading: (count: string) => `Reports of candidates that cannot be seen: ${count}`,
  lead:
    "Their files are gone or damaged. People go on with the other candidates; these cannot win. Bring the file back to " +
    "the store, or ask for new candidates on the photo's page, then press “Resolved”.",
  columns: { photo: "Photo", object: "Object", candidate: "Made by", kind: "What", by: "Met by", at: "When" },
  kinds: { missing: "no file", unreadable: "damaged or empty" },
  object: (id: number) => `Object ${id}`,
  nobody: "somebody who has left",
  resolve: "Resolved",
  resolved: "All reports of this candidate are closed.",
};

export const peopleTexts = {
  title: "People",
  lead: "How people's work looks in figures. A flag is a question to look into, never a sentence.",
  emptyHeading: "Nobody has answered anything yet",
  emptyBody: "People appear here with their first choice.",
  back: "People",
  columns: {
    person: "Person",
    choices: "Choices",
    today: "Today",
    gold: "Gold right",
    self: "Same answer again",
    left: "Left preferred",
    agreement: "Agrees with others",
    speed: "Median time",
    weight: "Weight",
    flags: "Flags",
    last: "Last answer",
  },
  noFlags: "none open",
  openHeading: "To be looked at",
  look: "Look at it",
  check: "Look for new flags",
  checking: "Looking through the answers…",
  checked: (changed: number) =>
    changed === 0
      ? "Nothing new."
      : changed === 1
        ? "1 flag was raised or withdrawn."
        : `${changed} flags were raised or withdrawn.`,
  resting: "paused",
  agreementHeading: "How far people agree",
  ofCampaign: "Campaign",
  allCampaigns: "All campaigns",
  sortHint: "Headings sort the people shown here; show more to sort them all.",
  agreement: "With simulated annotators",
  agreementNote: (targets: number, n: number) =>
    `From ${n.toLocaleString()} comparable verdicts on ${targets.toLocaleString()} objects, programs among them.`,
  alpha: "Krippendorff's alpha",
  alphaHint: "1 is full agreement, 0 is what chance would give; ties count as a verdict of their own.",
  ceiling: "Human ceiling",
  ceilingNote: (targets: number, n: number) =>
    `How often two people here say the same of a pair: ${n.toLocaleString()} comparisons on ` +
    `${targets.toLocaleString()} objects.`,
  noCeiling: "No two people have judged the same object yet.",
  published: (note: string) => `Published reference: ${note}`,
  weights: "Weights from gold",
  helps: "help",
  noHelp: "not used",
  noWeights: "No gold pair has been judged by people yet, so everybody counts alike.",
  weightsHint: (alike: number, weighted: number, n: number, helps: boolean) =>
    `Of ${n} known pairs, ${alike} come right when all count alike and ${weighted} with weights. ` +
    (helps ? "The gain is more than luck." : "That is no sure gain, so everybody counts alike."),
  noAgreement: "No two people have compared the same candidates yet.",
  noAgreementBody: "Set a campaign to two or more choices an object.",
  pairs: "Person by person",
  pairColumns: { first: "One", second: "Other", agreement: "Same verdict" },
};

export const personTexts = {
  flagsHeading: "Flags",
  noFlags: "Nothing looks odd in the recent answers.",
  weeksHeading: "Week by week",
  weekColumns: {
    week: "Week of",
    choices: "Choices",
    speed: "Median time",
    left: "Left preferred",
    gold: "Gold right",
  },
  simulated:
    "A program gives these answers in place of a person. Its figures are what it was told to be, so nothing is flagged.",
  noWeeks: "No answers yet.",
  pairsHeading: "Agreement with each other person",
  noPairs: "Nobody else has judged the same objects yet. A campaign with two or more choices an object changes that.",
  pairColumns: { person: "Person", agreement: "Same verdict" },
  figuresHeading: "In figures",
  skills: "Skills",
  skillsHint: "Between commas. Campaigns that ask for skills are offered to people who have them all.",
  saveSkills: "Save skills",
  skillsSaved: "Skills saved.",
  note: "Note",
  noteHint: "What you looked at. It stays with the flag.",
  confirm: "Confirm",
  dismiss: "Dismiss",
  reopen: "Reopen",
  decided: { confirmed: "Flag confirmed.", dismissed: "Flag dismissed.", suspected: "Flag open again." } as Record<
    string,
    string
  >,
  decidedBy: (who: string, when: string) => `by ${who}, ${when}`,
  raised: (when: string) => `raised ${when}`,
  kinds: {
    left_right_bias: "Prefers one side",
    gold_failures: "Gets known pairs wrong",
    self_inconsistency: "Answers the same task differently",
    too_fast: "Answers faster than one can look",
    did_not_turn: "Decides without turning the models",
  } as Record<string, string>,
  evidence: {
    left_right_bias: "Preferred the left one in",
    gold_failures: "Right in",
    self_inconsistency: "The same answer again in",
    too_fast: "Too fast to have looked in",
    did_not_turn: "Not turned in",
  } as Record<string, string>,
  evidenceLine: (words: string, count: number, n: number, interval: string) => `${words} ${count} of ${n}: ${interval}`,
  states: { suspected: "to be looked at", confirmed: "confirmed", dismissed: "dismissed" } as Record<string, string>,
};

export const goldTexts = {
  title: "Gold pairs",
  lead:
    "Two candidates of one object of which one is better beyond doubt. Hidden among ordinary tasks, they show how well " +
    "people see.",
  add: "Add a pair",
  emptyHeading: "No gold pair yet",
  emptyBody: "Add a pair, then set the share of gold tasks in a campaign.",
  columns: {
    target: "Object",
    better: "Better",
    worse: "Worse",
    note: "Note",
    created: "Made",
    state: "In use",
  },
  active: "in use",
  inactive: "out of use",
  deactivate: "Take out of use",
  activate: "Put back in use",
  deactivated: "The pair is out of use. Answers given so far stay scored.",
  activated: "The pair is in use again.",
  pickTarget: "Which object?",
  pickTargetLead: "Only objects that have candidates.",
  noTargets: "No object has candidates yet",
  noTargetsBody: "Upload photos and wait for their candidates.",
  back: "Gold pairs",
  otherObject: "Another object",
  pairTitle: (id: number) => `A gold pair of object ${id}`,
  pairLead: "Press the number of the better one, then of the worse one. Choose only what nobody could doubt.",
  better: "better",
  worse: "worse",
  chooseBetter: (number: number) => `Candidate ${number} is the better one`,
  chooseWorse: (number: number) => `Candidate ${number} is the worse one`,
  note: "Why is it beyond doubt?",
  noteHint: "Shown to nobody but reviewers and leads.",
  save: "Save the pair",
  saved: "Gold pair saved.",
  start: "Start over",
  tooFew: "This object has fewer than two candidates. Ask for more on its photo's page.",
  candidate: (number: number) => `Candidate ${number}`,
};

export const disagreementsTexts = {
  title: "Disagreements",
  lead: "Objects on which people differ in the winner, the outcome, or much in the rating. Your word settles them.",
  emptyHeading: "Nothing to settle",
  emptyBody: "Objects appear here as soon as two people's choices about one differ.",
  allSettled: "Nothing left to settle",
  allSettledBody:
    "Objects appear here as soon as two people's choices about one differ. Settled ones can be shown again.",
  showSettled: "Show settled ones",
  allCampaigns: "Show all campaigns",
  onlyCampaign: "Show this campaign only",
  place: (index: number, count: string) => `${index} of ${count}`,
  next: "Next",
  previous: "Previous",
  choose: (number: number) => `Candidate ${number} wins`,
  pick: "Which one is right?",
  rate: "How good is it?",
  why: "Why?",
  whyHint: "Needed: people learn from it. Enter sends, Shift+Enter starts a new line, Esc leaves.",
  none: "None acceptable",
  undo: "Take back",
  settle: "Settle",
  settled: "Settled. Your word counts for this object from now on.",
  settledBefore: (who: string) => `Settled by ${who}`,
  settleAgain: "A new word replaces this one; both stay in the history.",
  others: (from: number, to: number, count: number) => `Showing ${from}–${to} of ${count}`,
  showOthers: "Others",
  candidate: (number: string) => `Candidate ${number}`,
  wins: (number: number) => `Candidate ${number} wins`,
  rejectedOf: (number: string) => `${number}:`,
  saidNone: "None acceptable",
  verdicts: { left: "better than", equal: "as good as", right: "worse than", both_bad: "as bad as" } as Record<
    string,
    string
  >,
  took: (seconds: string) => `took ${seconds}`,
  photo: "The photo with the object outlined",
  modes: { colour: "Colour", clay: "Clay", normals: "Normals", wireframe: "Wire" } as Record<string, string>,
  mode: "Surface",
  keys: "Keys",
  keyRows: [
    ["1–9", "candidate, then rating"],
    ["0", "none acceptable"],
    ["R", "write the reason"],
    ["Enter", "settle"],
    ["U", "take back"],
    ["N", "next"],
    ["P", "previous"],
    ["O", "other candidates"],
    ["M", "surface"],
    ["← ↑ ↓ →", "turn"],
  ] as [string, string][],
};
