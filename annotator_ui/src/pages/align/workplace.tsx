import type { Signal } from "@preact/signals";
import type { AlignDesk } from "../../core/alignDesk";
import type { Placing } from "../../core/alignHistory";
import { alignKeyOf } from "../../core/alignKeys";
import { alignTexts as own } from "../../core/texts/align";
import { AlignHelp } from "../../ui/align/helpSheet";
import { Numbers } from "../../ui/align/numbers";
import { Score } from "../../ui/align/score";
import { AlignToolbar } from "../../ui/align/toolbar";
import { KeyButton } from "../../ui/annotate/keyButton";
import { ConfirmDialog } from "../../ui/confirmDialog";
import { Empty } from "../../ui/empty";
import { Messages } from "./messages";
import { Stage } from "./stage";

const STANDARD_FOCAL = 2.5;

/** The whole page below the header. */
export function AlignWorkplace({ desk, now }: { desk: AlignDesk; now: Signal<number> }) {
  const { session } = desk;
  const phase = session.phase.value;
  const task = session.task.value;
  const placing = session.placing.value;
  return (
    <div
      class="align"
      data-testid="align"
      data-state={phase.kind}
      data-task-id={task?.id ?? ""}
      data-pose={placing ? JSON.stringify(placing.pose) : ""}
      data-focal={placing?.focal ?? ""}
    >
      <Messages session={session} now={now} />
      {phase.kind === "loading" && task === null && <p class="align-wait">{own.loading}</p>}
      {phase.kind === "empty" && (
        <div class="align-wait">
          <Empty heading={own.emptyTitle}>{phase.message}</Empty>
          <button type="button" class="button" data-testid="look-now" onClick={() => void session.next()}>
            {own.lookAgain}
          </button>
        </div>
      )}
      {phase.kind === "failed" && (
        <div class="align-wait">
          <Empty heading={own.failedTitle}>{phase.reason}</Empty>
          <button type="button" class="button is-primary" onClick={() => void session.next()}>
            {own.retry}
          </button>
        </div>
      )}
      {task !== null && placing !== null && phase.kind !== "empty" && phase.kind !== "failed" && (
        <div class="align-desk">
          <div class="align-main">
            <AlignToolbar
              display={desk.display.value}
              opacity={desk.opacity.value}
              handles={desk.handles.value}
              hasRing={desk.hasRing.value}
              isZoomed={desk.isZoomed.value}
              onDisplay={(display) => {
                desk.display.value = display;
              }}
              onOpacity={(opacity) => {
                desk.opacity.value = opacity;
              }}
              onHandles={(handles) => desk.setHandles(handles)}
              onRing={() => {
                desk.hasRing.value = !desk.hasRing.value;
              }}
              onZoom={() => desk.toggleZoom()}
            />
            <Stage desk={desk} task={task} />
          </div>
          <Panel desk={desk} placing={placing} />
        </div>
      )}
      {desk.isHelpOpen.value && <AlignHelp onClose={() => desk.closeDialogs()} />}
      {desk.isGivingBack.value && (
        <ConfirmDialog
          heading={own.actions.give_back}
          confirmLabel={own.giveBack}
          onConfirm={() => {
            desk.closeDialogs();
            void session.giveBack();
          }}
          onCancel={() => desk.closeDialogs()}
        />
      )}
    </div>
  );
}

/** Score, numbers and what can be done with the task. */
function Panel({ desk, placing }: { desk: AlignDesk; placing: Placing }) {
  const { session } = desk;
  const phase = session.phase.value.kind;
  const isBusy = session.isBusy.value;
  return (
    <aside class="align-panel" aria-label={own.numbers}>
      <Score
        iou={session.iou.value}
        startIou={session.startIou.value}
        residual={session.residual.value}
        hasPoints={(session.task.value?.points_url ?? null) !== null}
      />
      <KeyButton
        class="align-snap"
        keyLabel={alignKeyOf("snap")}
        testId="snap"
        isDisabled={isBusy}
        onPress={() => void session.snap()}
      >
        {phase === "snapping" ? own.snapping : own.snap}
      </KeyButton>
      <Numbers
        pose={placing.pose}
        focal={placing.focal}
        standardFocal={STANDARD_FOCAL}
        exifFocal={session.task.value?.exif_focal ?? null}
        pointsFocal={session.task.value?.points_focal ?? null}
        isDisabled={isBusy}
        onPose={(pose) => session.change({ ...placing, pose }, "numbers", null)}
        onFocal={(focal) => session.change({ ...placing, focal }, "numbers", null)}
      />
      <div class="align-actions">
        <KeyButton
          class="is-small"
          keyLabel={alignKeyOf("undo")}
          testId="undo"
          isDisabled={!session.canUndo.value || isBusy}
          onPress={() => session.undo()}
        >
          {own.undo}
        </KeyButton>
        <KeyButton
          class="is-small"
          keyLabel={alignKeyOf("redo")}
          testId="redo"
          isDisabled={!session.canRedo.value || isBusy}
          onPress={() => session.redo()}
        >
          {own.redo}
        </KeyButton>
        <KeyButton
          class="is-small"
          keyLabel={alignKeyOf("reset")}
          testId="reset"
          isDisabled={isBusy}
          onPress={() => session.reset()}
        >
          {own.reset}
        </KeyButton>
        <KeyButton class="is-small is-quiet" testId="give-back" isDisabled={isBusy} onPress={() => desk.askGiveBack()}>
          {own.giveBack}
        </KeyButton>
        <KeyButton class="is-small is-quiet" keyLabel="?" testId="help-open" onPress={() => desk.openHelp()}>
          {own.help}
        </KeyButton>
      </div>
      <KeyButton
        class="is-primary align-submit"
        keyLabel="Enter"
        testId="submit"
        isDisabled={isBusy}
        onPress={() => void session.submit()}
      >
        {phase === "submitting" ? own.submitting : own.submit}
      </KeyButton>
    </aside>
  );
}
