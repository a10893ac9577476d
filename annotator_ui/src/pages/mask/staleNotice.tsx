import type { MaskDesk } from "../../api/types";
import { maskTexts as texts } from "../../core/texts/mask";
import { ErrorBox } from "../../ui/errorBox";
import { showToast } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import type { MaskApi } from "./maskApi";

/** Says that candidates were made for an older mask, and how far the new ones are. */
export function StaleNotice(props: { desk: MaskDesk; api: MaskApi; mayAsk: boolean; onAsked: () => Promise<void> }) {
  const { desk, api } = props;
  const action = useAction();
  if (desk.stale_candidate_count === 0) return null;
  const isBeingMade = desk.status === "waiting" || desk.status === "generating";
  const ask = () =>
    action.run(async () => {
      await api.proposeCandidates();
      showToast(texts.proposedAgain, "good");
      await props.onAsked();
    });
  return (
    <section class="note is-warn stack" data-testid="stale-notice">
      <p>
        {texts.stale(desk.stale_candidate_count)}{" "}
        {isBeingMade ? texts.staleWaiting : texts.staleReady(desk.candidate_count)}
      </p>
      {props.mayAsk && !isBeingMade && (
        <button type="button" class="button is-small" disabled={action.isBusy} onClick={ask}>
          {texts.proposeAgain}
        </button>
      )}
      <ErrorBox errors={action.errors} />
    </section>
  );
}
