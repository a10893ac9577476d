import type { Progress, Share } from "../../core/assignment";
import type { Saved } from "../../core/draftKeeper";
import { formatLeft } from "../../core/leaseClock";
import { texts } from "../../core/texts";
import { ProgressBar } from "../progressBar";

const own = texts.annotate;

export interface StatusChipsProps {
  /** Milliseconds; null without a task. */
  left: number | null;
  saved: Saved | null;
  now: number;
  progress: Progress | null;
  /** Whose bar is shown. */
  campaignId: number | null;
  isNextReady: boolean;
  queued: number;
}

const SOON = 60_000;

/** The small print in the header: what is safe, how long the task is ours, how the day goes. */
export function StatusChips({ left, saved, now, progress, campaignId, isNextReady, queued }: StatusChipsProps) {
  return (
    <div class="status-chips">
      {queued > 0 && (
        <span class="badge is-warn" data-testid="queued">
          {own.queued(queued)}
        </span>
      )}
      {saved && (
        <span class="chip-text" data-testid="saved" data-saved-where={saved.where}>
          {saved.where === "server" ? own.saved(Math.max(0, Math.round((now - saved.at) / 1000))) : own.savedHere}
        </span>
      )}
      {isNextReady && (
        <span class="chip-dot" data-testid="next-ready" title={own.nextReady}>
          {own.nextReady}
        </span>
      )}
      {progress && <Day progress={progress} campaignId={campaignId} />}
      {left !== null && (
        <span
          class={left < SOON ? "badge is-warn lease" : "badge lease"}
          data-testid="lease"
          data-seconds-left={Math.ceil(left / 1000)}
          title={own.leaseHint}
        >
          {own.lease} <b>{formatLeft(left)}</b>
        </span>
      )}
    </div>
  );
}

function percent({ rate }: Share): number {
  return Math.round(100 * (rate ?? 0));
}

/** How the day goes: today, the streak, the campaign, and agreement where the campaign shows it. */
function Day({ progress, campaignId }: { progress: Progress; campaignId: number | null }) {
  const campaign = progress.campaigns.find((one) => one.id === campaignId);
  const { agreement, gold } = progress;
  return (
    <>
      {campaign !== undefined && campaign.wanted > 0 && (
        <span class="chip-bar" title={own.campaignBar(campaign.name, campaign.done, campaign.wanted)}>
          <ProgressBar
            share={campaign.done / campaign.wanted}
            label={own.campaignBar(campaign.name, campaign.done, campaign.wanted)}
          />
        </span>
      )}
      {agreement?.rate != null && <span class="chip-text">{own.agreement(percent(agreement))}</span>}
      {gold?.rate != null && <span class="chip-text">{own.gold(percent(gold))}</span>}
      <span class="badge" data-testid="progress" title={own.total(progress.total)}>
        {own.today(progress.today)}
        {progress.streak_days > 1 && ` · ${own.streak(progress.streak_days)}`}
      </span>
    </>
  );
}
