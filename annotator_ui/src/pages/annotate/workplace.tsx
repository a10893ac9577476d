import { type Signal, useComputed, useSignal } from "@preact/signals";
import { leaseLeft } from "../../core/leaseClock";
import { texts } from "../../core/texts";
import { Banners } from "../../ui/annotate/banners";
import { ConfirmDialog } from "../../ui/annotate/confirmDialog";
import { HelpSheet } from "../../ui/annotate/helpSheet";
import { PhotoView } from "../../ui/annotate/photoView";
import { Waiting } from "../../ui/annotate/waiting";
import { Answers, Question } from "./answers";
import type { Desk } from "./desk";
import { Stage } from "./stage";
import type { GraphicsTrouble } from "./viewing";

const own = texts.annotate;
const ENDING = 45_000;

export interface WorkplaceProps {
  desk: Desk;
  now: Signal<number>;
}

/** The page's content: photo on the left, panes and answers on the right. */
export function Workplace({ desk, now }: WorkplaceProps) {
  const { session } = desk;
  const trouble = useSignal<GraphicsTrouble>("none");
  const phase = session.phase.value;
  const hill = session.hill.value;
  const isWorking = phase.kind === "working" && hill !== null;
  return (
    <div
      class="annotate"
      data-testid="annotate"
      data-state={isWorking ? hill.stage : phase.kind}
      data-assignment-id={session.task.value?.assignment.id}
      data-comparisons={hill?.comparisons.length}
    >
      <Notices desk={desk} now={now} trouble={trouble.value} />
      {!isWorking && <Waiting phase={phase} now={now.value} onLook={() => void session.claim()} />}
      {/* The viewer outlives the tasks: a page has one WebGL context from its first task to its last. */}
      <div class="desk" hidden={!isWorking}>
        <PhotoColumn desk={desk} />
        <div class="choosing">
          <Question desk={desk} />
          <Stage desk={desk} trouble={trouble} />
          <Answers desk={desk} />
        </div>
      </div>
      <Dialogs desk={desk} />
    </div>
  );
}

function Notices({ desk, now, trouble }: WorkplaceProps & { trouble: GraphicsTrouble }) {
  const { session } = desk;
  const isLeaseEnding = useComputed(() => {
    const clock = session.clock.value;
    return clock !== null && leaseLeft(clock, now.value) < Math.min(ENDING, clock.length / 3);
  });
  const isWorking = session.phase.value.kind === "working";
  const refusal = session.refusal.value;
  return (
    <Banners
      leaseState={session.leaseState.value}
      isLeaseEnding={isWorking && isLeaseEnding.value}
      isOffline={session.isOffline.value}
      unsent={session.outbox.waiting.find((entry) => entry.reason !== null)?.reason ?? null}
      isRestored={isWorking && (session.task.value?.isRestored ?? false)}
      isContextLost={trouble === "lost"}
      hasNoWebGl={trouble === "no_webgl"}
      refusal={refusal && refusalSentence(refusal.code, refusal.entry.reason)}
      onAskAgain={() => void session.askAgain()}
      onSendNow={() => void session.sendNow()}
      onUnderstood={() => session.dismissRefusal()}
    />
  );
}

function Dialogs({ desk }: { desk: Desk }) {
  const { session } = desk;
  return (
    <>
      {desk.isHelpOpen.value && (
        <HelpSheet
          nRatings={session.task.value?.assignment.rating_scale.length ?? 5}
          onClose={() => desk.closeDialogs()}
        />
      )}
      {desk.isGivingBack.value && (
        <ConfirmDialog
          question={own.giveBackConfirm}
          yes={own.giveBackYes}
          no={own.giveBackNo}
          onYes={() => void session.giveBack()}
          onClose={() => desk.closeDialogs()}
        />
      )}
    </>
  );
}

function refusalSentence(code: string, reason: string | null): string {
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
    />
  );
}
