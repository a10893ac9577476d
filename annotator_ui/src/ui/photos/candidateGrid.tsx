import { photoTexts as texts } from "../../core/texts/photos";
import { Digest } from "../digest";

export interface ShownCandidate {
  id: string;
  generator: string;
  checkpoint_sha256: string | null;
  preview_url: string;
  is_stale: boolean;
}

/** The candidates of one target with who made them; for people who do not judge them blind. */
export function CandidateGrid({ candidates }: { candidates: readonly ShownCandidate[] }) {
  if (candidates.length === 0) return <p class="hint">{texts.noCandidates}</p>;
  return (
    <div class="candidate-grid">
      {candidates.map((candidate) => (
        <a
          key={candidate.id}
          class="reject"
          href={`/lineage/${candidate.id}/`}
          title={texts.lineage}
          data-testid="candidate"
        >
          <img class="reject-preview" src={candidate.preview_url} alt="" loading="lazy" />
          <span class="hint">
            {candidate.generator} {candidate.checkpoint_sha256 && <Digest sha256={candidate.checkpoint_sha256} />}{" "}
            {candidate.is_stale && <span class="badge is-warn">{texts.staleBadge}</span>}
          </span>
        </a>
      ))}
    </div>
  );
}
