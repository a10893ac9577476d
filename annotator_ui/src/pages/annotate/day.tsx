import { DayBar } from "../../ui/annotate/dayBar";
import type { Desk } from "./desk";

/** The header's part about the day: the campaign, its instructions, a rest. */
export function Day({ desk }: { desk: Desk }) {
  const { session } = desk;
  const progress = session.day.progress.value;
  return (
    <DayBar
      campaigns={progress?.campaigns ?? []}
      campaignId={session.day.campaignId.value}
      instructions={session.task.value?.assignment.campaign.instructions ?? ""}
      isPaused={progress?.is_paused ?? false}
      onCampaign={(campaignId) => void session.chooseCampaign(campaignId)}
      onInstructions={() => desk.open("instructions")}
      onPause={() => void session.pause()}
    />
  );
}
