import type { CampaignProgress } from "../../core/assignment";
import { texts } from "../../core/texts";

const own = texts.annotate;

export interface DayBarProps {
  campaigns: readonly CampaignProgress[];
  campaignId: number | null;
  /** The campaign begins after the open task. */
  isLater: boolean;
  /** Of the open task; empty when there are none. */
  instructions: string;
  isPaused: boolean;
  onCampaign: (campaignId: number | null) => void;
  onInstructions: () => void;
  onPause: () => void;
  /** Absent while there is no task to give back. */
  onGiveBack: (() => void) | undefined;
}

/** Which campaign is worked on, what it asks for, and the way to a rest. */
export function DayBar(props: DayBarProps) {
  const { campaigns, campaignId } = props;
  return (
    <div class="day-bar row">
      {campaigns.length > 1 && (
        <select
          aria-label={own.campaign}
          data-testid="campaign"
          value={campaignId ?? ""}
          onChange={(event) => {
            props.onCampaign(event.currentTarget.value === "" ? null : Number(event.currentTarget.value));
            // The keyboard belongs to the task again.
            event.currentTarget.blur();
          }}
        >
          <option value="">{own.anyCampaign}</option>
          {campaigns.map((campaign) => (
            <option key={campaign.id} value={campaign.id}>
              {own.campaignOption(campaign.name, campaign.done, campaign.wanted)}
            </option>
          ))}
        </select>
      )}
      {props.isLater && (
        <span class="hint" role="status">
          {own.campaignLater}
        </span>
      )}
      {props.instructions && (
        <button type="button" class="button is-small is-quiet" onClick={props.onInstructions}>
          {own.instructions}
        </button>
      )}
      <a class="button is-small is-quiet" href="/annotate/answers/" data-testid="my-answers">
        {own.myAnswers}
      </a>
      {props.onGiveBack && (
        <button
          type="button"
          class="button is-small is-quiet"
          title={own.actions.give_back}
          onClick={props.onGiveBack}
          data-testid="give-back"
        >
          {own.giveBack}
        </button>
      )}
      {!props.isPaused && (
        <button
          type="button"
          class="button is-small is-quiet"
          title={own.pauseHint}
          onClick={props.onPause}
          data-testid="pause"
        >
          {own.pause}
        </button>
      )}
    </div>
  );
}
