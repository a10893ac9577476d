import { labelOf, toneOf } from "../core/states";
import { texts } from "../core/texts";

/** A state in its tone; `data-state` is what browser tests read. */
export function StateBadge({ state }: { state: string }) {
  return (
    <span class={`badge is-${toneOf(state)}`} data-state={state}>
      {labelOf(state)}
    </span>
  );
}

/** Marks everything that a program made up in place of a person. */
export function SimulatedBadge({ isSimulated }: { isSimulated: boolean | undefined }) {
  return isSimulated ? <span class="badge is-warn">{texts.shell.simulated}</span> : null;
}
