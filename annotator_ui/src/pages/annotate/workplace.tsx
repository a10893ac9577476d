import { type Signal, useComputed, useSignal } from "@preact/signals";
import { isComplete } from "../../core/kingOfTheHill";
import { leaseLeft } from "../../core/leaseClock";
import { letterOf } from "../../core/letters";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { RatingBar, ReasonsBar, VerdictBar } from "../../ui/annotate/actionBar";
import { Banners } from "../../ui/annotate/banners";
import { ConfirmDialog } from "../../ui/annotate/confirmDialog";
import { HelpSheet } from "../../ui/annotate/helpSheet";
import { KeyButton } from "../../ui/annotate/keyButton";
import { PhotoView } from "../../ui/annotate/photoView";
import { Strip } from "../../ui/annotate/strip";
import { Toolbar } from "../../ui/annotate/toolbar";
import { Waiting } from "../../ui/annotate/waiting";
import type { Desk } from "./desk";
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
  const isContextLost = useSignal(false);
  const hasNoWebGl = useSignal(false);
  const isLeaseEnding = useComputed(() => {
    const clock = session.clock.value;
    return clock !== null && leaseLeft(clock, now.value) < Math.min(ENDING, clock.length / 3);
  });
  const phase = session.phase.value;
  const hill = session.hill.value;
  const isWorking = phase.kind === "working" && hill !== null;
  const refusal = session.refusal.value;
  return (
    <div
      class="annotate"
      data-testid="annotate"
      data-state={isWorking ? hill.stage : phase.kind}
      data-assignment-id={session.task.value?.assignment.id}
      data-comparisons={hill?.comparisons.length}
    >
      <Banners
        leaseState={session.leaseState.value}
        isLeaseEnding={isWorking && isLeaseEnding.value}
        isOffline={session.isOffline.value}
        unsent={session.outbox.waiting.find((entry) => entry.reason !== null)?.reason ?? null}
        isRestored={isWorking && (session.task.value?.isRestored ?? false)}
        isContextLost={isContextLost.value}
        hasNoWebGl={hasNoWebGl.value}
        refusal={refusal && refusalSentence(refusal.code, refusal.entry.reason)}
        onAskAgain={() => void session.askAgain()}
        onSendNow={() => void session.sendNow()}
        onUnderstood={() => session.dismissRefusal()}
      />
      {!isWorking && <Waiting phase={phase} now={now.value} onLook={() => void session.claim()} />}
      {/* The viewer outlives the tasks: a page has one WebGL context from its first task to its last. */}
      <div class="desk" hidden={!isWorking}>
        <PhotoColumn desk={desk} />
        <div class="choosing">
          <Question desk={desk} />
          <Stage
            desk={desk}
            onContext={(isLost) => {
              isContextLost.value = isLost;
            }}
            onNoWebGl={() => {
              hasNoWebGl.value = true;
            }}
          />
          <Answers desk={desk} />
        </div>
      </div>
      {desk.isHelpOpen.value && (
        <HelpSheet
          nRatings={session.task.value?.assignment.rating_scale.length ?? 5}
          onClose={() => {
            desk.isHelpOpen.value = false;
          }}
        />
      )}
      {desk.isGivingBack.value && (
        <ConfirmDialog
          question={own.giveBackConfirm}
          yes={own.giveBackYes}
          no={own.giveBackNo}
          onYes={() => void session.giveBack()}
          onClose={() => {
            desk.isGivingBack.value = false;
          }}
        />
      )}
    </div>
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

function Question({ desk }: { desk: Desk }) {
  const hill = desk.session.hill.value;
  if (hill === null) return null;
  const isComparing = hill.stage === "comparing";
  const question = isComparing ? own.question : hill.stage === "rating" ? own.ratingQuestion : own.rejectingQuestion;
  const hint = isComparing
    ? hill.waiting.length === 0
      ? own.lastPair
      : own.pairsLeft(hill.waiting.length)
    : hill.stage === "rating"
      ? own.ratingHint
      : own.rejectingHint;
  return (
    <div class="question">
      <div>
        <h1>{question}</h1>
        <p class="hint">{hint}</p>
      </div>
      <Toolbar
        mode={desk.mode.value}
        onMode={(mode) => {
          desk.mode.value = mode;
        }}
        onReset={() => desk.view?.resetView()}
        onHelp={() => desk.openHelp()}
      />
    </div>
  );
}

function Answers({ desk }: { desk: Desk }) {
  const { session } = desk;
  const hill = session.hill.value;
  const task = session.task.value;
  if (hill === null || task === null) return null;
  const canUndo = task.moves.length > 0;
  return (
    <div class="answers">
      <AnswerBar desk={desk} />
      <div class="under-bar">
        <Strip
          order={task.letters}
          hill={hill}
          selected={desk.selected.value}
          onSelect={(candidateId) => desk.openReasons(candidateId)}
        />
        <div class="row">
          <KeyButton
            class="is-small"
            testId="undo"
            keyLabel={keysOf("undo")}
            isDisabled={!canUndo}
            onPress={() => desk.undo()}
          >
            {own.undo}
          </KeyButton>
          {hill.stage !== "rejecting" && (
            <KeyButton
              class="is-small is-danger"
              testId="none-acceptable"
              keyLabel={keysOf("none_acceptable")}
              isDisabled={!desk.isStageReady.value}
              onPress={() => desk.rejectAll()}
            >
              {own.none}
            </KeyButton>
          )}
          <KeyButton class="is-small is-quiet" testId="give-back" onPress={() => desk.askGiveBack()}>
            {own.giveBack}
          </KeyButton>
        </div>
      </div>
    </div>
  );
}

function AnswerBar({ desk }: { desk: Desk }) {
  const { session } = desk;
  const hill = session.hill.value;
  const task = session.task.value;
  const { selected } = desk;
  if (hill === null || task === null) return null;
  const isSubmittable = isComplete(hill);
  if (selected.value !== null) {
    const isStage = hill.stage === "rejecting";
    return (
      <ReasonsBar
        letter={letterOf(task.letters, selected.value)}
        reasons={task.assignment.rejection_reasons}
        chosen={hill.reasons.get(selected.value) ?? []}
        onToggle={(code) => desk.toggleReason(code)}
        isSubmittable={isSubmittable}
        {...(isStage ? { onSubmit: () => desk.submit() } : { onDone: () => desk.openReasons(null) })}
        onStep={(by) => desk.step(by)}
      />
    );
  }
  if (hill.stage === "comparing")
    return <VerdictBar isReady={desk.isStageReady.value} onVerdict={(verdict) => desk.judge(verdict)} />;
  return (
    <RatingBar
      scale={task.assignment.rating_scale}
      rating={hill.rating}
      onRate={(value) => desk.rate(value)}
      onSubmit={() => desk.submit()}
      isSubmittable={isSubmittable}
    />
  );
}
