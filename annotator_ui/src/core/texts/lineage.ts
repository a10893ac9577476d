/** The sentences of the lineage page. */
export const lineageTexts = {
  title: "Lineage",
  lead: "Where this candidate came from, up to the people whose choices trained its model.",
  candidate: "Candidate",
  checkpoint: "Checkpoint",
  noCheckpoint: "No checkpoint of ours made it: it comes from a generator outside the wheel.",
  datasets: "Dataset versions it learnt from",
  noDatasets: "This checkpoint learnt from no choices of people: it is where the wheel started.",
  chain: "Up the chain",
  back: "Records",
  learntFrom: "learnt from",
  facts: { generator: "Generator", seed: "Seed", steps: "Steps", guidance: "Guidance", took: "Took" },
  round: (id: number) => `Round ${id}`,
};
