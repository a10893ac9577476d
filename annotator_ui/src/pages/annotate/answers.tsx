import { isComplete } from "../../core/kingOfTheHill";
import { letterOf } from "../../core/letters";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { RatingBar, ReasonsBar, VerdictBar } from "../../ui/annotate/actionBar";
import { KeyButton } from "../../ui/annotate/keyButton";
import { Strip } from "../../ui/annotate/strip";
import { Toolbar } from "../../ui/annotate/toolbar";
import type { Desk } from "./desk";

const own = texts.annotate;

/** What the page asks for, and how the candidates are looked at. */
export function Question({ desk }: { desk: Desk }) {
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

/** Everything that answers the question, and the way back. */
export function Answers({ desk }: { desk: Desk }) {
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
