import { plural } from "../core/format";
import { lineageTexts as texts } from "../core/texts/lineage";
import { SimulatedBadge } from "./badge";
import { Digest } from "./digest";

export interface Contributor {
  username: string;
  n_choices: number;
  is_simulated: boolean;
}

/** The people behind one dataset version, those who chose most first. */
export function Contributors({ people }: { people: readonly Contributor[] }) {
  return (
    <ul class="people">
      {[...people]
        .sort((one, other) => other.n_choices - one.n_choices)
        .map((person) => (
          <li key={person.username} class="row">
            <strong>{person.username}</strong>
            <span class="hint">{plural(person.n_choices, "choice")}</span>
            <SimulatedBadge isSimulated={person.is_simulated} />
          </li>
        ))}
    </ul>
  );
}

export interface ChainLink {
  checkpoint_sha256: string;
  stage: string;
  dataset_sha256: string | null;
  round_id: number | null;
}

/** Checkpoint after checkpoint, back to where the wheel started. */
export function Chain({ links }: { links: readonly ChainLink[] }) {
  return (
    <ol class="timeline" data-testid="chain">
      {links.map((link) => (
        <li key={link.checkpoint_sha256}>
          <div class="row">
            <strong>{link.stage}</strong>
            <Digest sha256={link.checkpoint_sha256} />
            {link.round_id !== null && <a href={`/rounds/${link.round_id}/`}>{texts.round(link.round_id)}</a>}
          </div>
          {link.dataset_sha256 && (
            <div class="hint">
              {texts.learntFrom} <Digest sha256={link.dataset_sha256} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
