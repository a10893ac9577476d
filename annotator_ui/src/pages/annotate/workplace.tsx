import { type Signal, useComputed } from "@preact/signals";
import { leaseLeft } from "../../core/leaseClock";
import { texts } from "../../core/texts";
import { Banners } from "../../ui/annotate/banners";
import { CorrectionBar } from "../../ui/annotate/correctionBar";
import { PhotoView } from "../../ui/annotate/photoView";
import { Waiting } from "../../ui/annotate/waiting";
import { Answers, Question } from "./answers";
import { Day } from "./day";
import type { Desk } from "./desk";
import { Dialogs } from "./dialogs";
import { Stage } from "./stage";

const own = texts.annotate;
const ENDING = 45_000;

export interface WorkplaceProps {
  desk: Desk;
  now: Signal<number>;
}

/** The page's content: photo on the left, panes and answers on the right. */
export function Workplace({ desk, now }: WorkplaceProps) {
  const { session } = desk;
  const phase = session.phase.value;
  const answer = session.answer.value;
  const isOnStage = desk.isOnStage.value;
  return (
    <div
      class="annotate"
      data-testid="annotate"
      data-state={phase.kind === "working" ? answer?.stage : phase.kind}
      data-mode={answer?.mode}
      data-assignment-id={session.task.value?.assignment.id}
      data-comparisons={answer?.comparisons.length}
      data-moves={session.task.value?.history.moves.length}
    >
      <Notices desk={desk} now={now} />
      {desk.correction && isOnStage && <CorrectionBar correction={desk.correction} onSubmit={() => desk.submit()} />}
      {!isOnStage && !desk.isCorrecting && <Day desk={desk} />}
      {!isOnStage && <Absence desk={desk} now={now} />}
      {/* The viewer outlives the tasks: a page has one WebGL context from its first task to its last. */}
      <div class="desk" hidden={!isOnStage}>
        <div class="photo-column">
          {!desk.isCorrecting && isOnStage && <Day desk={desk} />}
          <PhotoColumn desk={desk} />
        </div>
        <div class="choosing">
          <Question desk={desk} />
          <Stage desk={desk} />
          <Answers desk={desk} />
        </div>
      </div>
      <Dialogs desk={desk} now={now} />
    </div>
  );
}

/** Why there is no task, and every way on from there. */
function Absence({ desk, now }: WorkplaceProps) {
  const { session } = desk;
  if (desk.correction?.isStored.value) return <Corrected />;
  const practice = session.day.progress.value?.campaigns.find((one) => one.is_practice && one.open_for_me > 0);
  return (
    <Waiting
      phase={session.phase.value}
      now={now.value}
      onLook={() => void session.claim()}
      onResume={() => void session.resume()}
      onAnyCampaign={session.day.campaignId.value === null ? undefined : () => void session.chooseCampaign(null)}
      onPractice={practice && (() => void session.chooseCampaign(practice.id))}
    />
  );
}

function Corrected() {
  return (
    <div class="waiting">
      <div class="empty" data-testid="corrected" role="status">
        <strong>{own.correctionStoredTitle}</strong>
        <p>{own.correctionStored}</p>
        <a class="button is-primary" href="/annotate/answers/">
          {own.backToAnswers}
        </a>
      </div>
    </div>
  );
}

function Notices({ desk, now }: WorkplaceProps) {
  const { session } = desk;
  const isLeaseEnding = useComputed(() => {
    const clock = session.leases.clock.value;
    return clock !== null && leaseLeft(clock, now.value) < Math.min(ENDING, clock.length / 3);
  });
  const isWorking = session.phase.value.kind === "working";
  const refusal = session.refusal.value;
  const told = session.told.value;
  return (
    <Banners
      leaseState={session.leases.state.value}
      isLeaseEnding={isWorking && isLeaseEnding.value && !desk.isCorrecting}
      isOffline={session.isOffline.value}
      barrier={session.barrier.value}
      trouble={session.trouble.value}
      earlierFeedback={told === null || told.isOpen ? null : told.feedback}
      unsent={session.outbox.waiting.find((entry) => entry.reason !== null)?.reason ?? null}
      isRestored={isWorking && !desk.isCorrecting && (session.task.value?.isRestored ?? false)}
      isContextLost={desk.graphics.value === "lost"}
      hasNoWebGl={desk.graphics.value === "no_webgl"}
      refusal={refusal && refusalSentence(refusal.code, refusal.entry.reason)}
      onAskAgain={() => void session.askAgain()}
      onSendNow={() => void session.sendNow()}
      onUnderstood={() => session.dismissRefusal()}
      onTroubleRead={() => {
        session.trouble.value = null;
      }}
      onFeedbackRead={() => void session.goOn()}
    />
  );
}

function refusalSentence(code: string, reason: string | null): string {
  if (code === "already_submitted") return own.refusedAnswered;
  return code.startsWith("lease_") ? own.refusedLease : own.refusedOther(reason ?? "");
}

function PhotoColumn({ desk }: { desk: Desk }) {
  const task = desk.session.task.value;
  if (task === null) return <div class="photo-view" />;
  const { photo, mask_url: maskUrl } = task.assignment;
  return (
    <PhotoView
      imageUrl={photo.image_url}
      maskUrl={maskUrl}
      width={photo.width}
      height={photo.height}
      isZoomed={desk.isPhotoZoomed.value}
      hasOutline={desk.hasOutline.value}
      onZoom={() => desk.togglePhoto()}
      onOutline={() => desk.toggleOutline()}
      onFlag={desk.isCorrecting ? undefined : () => desk.open("flag")}
    />
  );
}
