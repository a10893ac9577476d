import { campaignsTexts as texts } from "../../core/texts/campaigns";
import { ProgressBar } from "../progressBar";

export interface ShownCampaign {
  name: string;
  is_paused: boolean;
  is_practice: boolean;
  counts: { open: number; waiting: number; held: number; submitted: number };
}

export function CampaignBadges({ campaign }: { campaign: ShownCampaign }) {
  return (
    <span class="row">
      <span class={`badge ${campaign.is_paused ? "is-warn" : "is-good"}`} data-paused={campaign.is_paused}>
        {campaign.is_paused ? texts.pausedBadge : texts.running}
      </span>
      {campaign.is_practice && <span class="badge is-active">{texts.practice}</span>}
    </span>
  );
}

/** Choices that were made of those that are wanted. Practice belongs to each person alone. */
export function CampaignProgress({ campaign }: { campaign: ShownCampaign }) {
  if (campaign.is_practice) return <span class="hint">{texts.practiceCounts}</span>;
  const { open, waiting, held, submitted } = campaign.counts;
  const wanted = open + waiting + held + submitted;
  return (
    <div class="campaign-progress" title={texts.counts(open, held, waiting)}>
      <ProgressBar
        share={wanted ? submitted / wanted : 0}
        label={texts.progressLabel(campaign.name)}
        tone={wanted > 0 && submitted === wanted ? "good" : "active"}
      />
      <span class="hint">{texts.progress(submitted, wanted)}</span>
    </div>
  );
}
