import type { Signal } from "@preact/signals";
import { leaseLeft } from "../../core/leaseClock";
import { StatusChips } from "../../ui/annotate/statusChips";
import type { Desk } from "./desk";

/** The header's part that changes every second, apart so that nothing else is drawn anew. */
export function Status({ desk, now }: { desk: Desk; now: Signal<number> }) {
  const { session } = desk;
  const clock = session.leases.clock.value;
  const isWorking = session.phase.value.kind === "working";
  return (
    <StatusChips
      left={clock === null || !isWorking ? null : leaseLeft(clock, now.value)}
      saved={session.drafts.saved.value}
      now={now.value}
      progress={session.day.progress.value}
      campaignId={session.task.value?.assignment.campaign.id ?? session.day.campaignId.value}
      isNextReady={session.leases.ahead.value.length > 0}
      queued={session.outbox.waiting.length}
    />
  );
}
