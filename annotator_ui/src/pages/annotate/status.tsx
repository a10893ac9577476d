import type { Signal } from "@preact/signals";
import type { AnnotationSession } from "../../core/annotationSession";
import { leaseLeft } from "../../core/leaseClock";
import { StatusChips } from "../../ui/annotate/statusChips";

/** The header's part that changes every second, apart so that nothing else is drawn anew. */
export function Status({ session, now }: { session: AnnotationSession; now: Signal<number> }) {
  const clock = session.clock.value;
  const isWorking = session.phase.value.kind === "working";
  return (
    <StatusChips
      left={clock === null || !isWorking ? null : leaseLeft(clock, now.value)}
      saved={session.drafts.saved.value}
      now={now.value}
      progress={session.progress.value}
      isNextReady={session.ahead.value !== null}
      queued={session.outbox.waiting.length}
    />
  );
}
