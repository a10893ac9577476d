import { DayBar } from "../../ui/annotate/dayBar";
import type { Desk } from "./desk";

/** What is above single tasks: the campaign, its instructions, a rest. */
export function Day({ desk }: { desk: Desk }) {
  const { session } = desk;
  const progress = session.day.progress.value;
  const task = session.task.value;
  const campaignId = session.day.campaignId.value;
  const isLater = task !== null && campaignId !== null && task.assignment.campaign.id !== campaignId;
  return (
    <DayBar
      campaigns={progress?.campaigns ?? []}
      campaignId={campaignId}
      isLater={isLater}
      instructions={task?.assignment.campaign.instructions ?? ""}
      isPaused={progress?.is_paused ?? false}
      onCampaign={(campaignId) => void session.chooseCampaign(campaignId)}
      onInstructions={() => desk.open("instructions")}
      onGiveBack={desk.isOnStage.value ? () => desk.open("give_back") : undefined}
      onPause={() => void session.pause()}
    />
  );
}
