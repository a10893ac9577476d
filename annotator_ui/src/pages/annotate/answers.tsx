import { type Answer, isComplete, type Stage } from "../../core/answer";
import { letterOf } from "../../core/letters";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { RatingBar, ReasonsBar, VerdictBar } from "../../ui/annotate/actionBar";
import { FeedbackBar } from "../../ui/annotate/feedbackBar";
import { KeyButton } from "../../ui/annotate/keyButton";
import { RankBar } from "../../ui/annotate/rankBar";
import { Strip } from "../../ui/annotate/strip";
import { Toolbar } from "../../ui/annotate/toolbar";
import type { Desk } from "./desk";

const own = texts.annotate;

const QUESTIONS: Readonly<Record<Stage, string>> = {
  comparing: own.question,
  ranking: own.ranking,
  rating: own.ratingQuestion,
  rejecting: own.rejectingQuestion,
};

function hintOf({ stage, waiting }: Answer): string {
  if (stage === "comparing") return waiting.length === 0 ? own.lastPair : own.pairsLeft(waiting.length);
  return stage === "ranking" ? own.rankingHint : stage === "rating" ? own.ratingHint : own.rejectingHint;
}

/** What the page asks for, and how the candidates are looked at. */
export function Question({ desk }: { desk: Desk }) {
  const answer = desk.session.answer.value;
  if (answer === null) return null;
  const isExplained = desk.context.value === "feedback";
  return (
    <div class="question">
      <div>
        <h1>{isExplained ? own.practice : QUESTIONS[answer.stage]}</h1>
        <p class="hint">{isExplained ? "" : hintOf(answer)}</p>
      </div>
      <Toolbar
        mode={desk.mode.value}
        offered={desk.offeredModes.value}
        isTurning={desk.isTurning.value}
        onMode={(mode) => {
          desk.mode.value = mode;
        }}
        onView={(name) => desk.view?.view(name)}
        onTurntable={() => desk.toggleTurntable()}
        hasPhotoView={desk.photoPoses.value.length > 0}
        onPhotoView={() => desk.viewPhoto()}
        onReset={() => desk.view?.resetView()}
        onHelp={() => desk.open("help")}
      />
    </div>
  );
}

/** Everything that answers the question, and the way back. */
export function Answers({ desk }: { desk: Desk }) {
  const { session } = desk;
  const answer = session.answer.value;
  const task = session.task.value;
  if (answer === null || task === null) return null;
  const told = session.told.value;
  if (told?.isOpen) return <FeedbackBar feedback={told.feedback} onNext={() => void session.goOn()} />;
  return (
    <div class="answers">
      <AnswerBar desk={desk} />
      <div class="under-bar">
        <div class="row">
          {answer.stage !== "ranking" && (
            <Strip
              order={task.letters}
              answer={answer}
              selected={desk.selected.value}
              onSelect={(candidateId) => desk.openReasons(candidateId)}
            />
          )}
          {task.letters.length > 1 && answer.stage !== "rejecting" && <Ways desk={desk} />}
        </div>
        <Steps desk={desk} />
      </div>
    </div>
  );
}

/** Two at a time, or all at once. */
function Ways({ desk }: { desk: Desk }) {
  const mode = desk.session.answer.value?.mode;
  return (
    <fieldset class="segments" aria-label={own.actions.way} title={`${own.actions.way} (${keysOf("way")})`}>
      {(["king", "grid"] as const).map((way) => (
        <KeyButton
          key={way}
          class="is-small"
          testId={`way-${way}`}
          isPressed={mode === way}
          onPress={() => mode !== way && desk.switchWay()}
        >
          {own.ways[way]}
        </KeyButton>
      ))}
    </fieldset>
  );
}

/** Back and forth, and the ways out of a task. */
function Steps({ desk }: { desk: Desk }) {
  const { session } = desk;
  const answer = session.answer.value;
  const history = session.task.value?.history;
  const { actions } = own;
  return (
    <div class="row steps">
      <KeyButton
        class="is-small"
        testId="undo"
        title={actions.undo}
        keyLabel={keysOf("undo")}
        isDisabled={!history?.moves.length}
        onPress={() => desk.undo()}
      >
        {own.undo}
      </KeyButton>
      <KeyButton
        class="is-small"
        testId="redo"
        title={actions.redo}
        keyLabel={keysOf("redo")}
        isDisabled={!history?.undone.length}
        onPress={() => desk.redo()}
      >
        {own.redo}
      </KeyButton>
      <KeyButton
        class="is-small is-quiet"
        testId="comment-open"
        title={actions.comment}
        keyLabel={keysOf("comment")}
        onPress={() => desk.open("comment")}
      >
        {answer?.comment ? own.commentHas : own.comment}
      </KeyButton>
      {!desk.isCorrecting && (
        <KeyButton
          class="is-small is-quiet"
          testId="skip"
          title={actions.skip}
          keyLabel={keysOf("skip")}
          onPress={() => desk.open("skip")}
        >
          {own.skip}
        </KeyButton>
      )}
      {answer?.stage !== "rejecting" && (
        <KeyButton
          class="is-small is-danger"
          testId="none-acceptable"
          title={actions.none_acceptable}
          keyLabel={keysOf("none_acceptable")}
          isDisabled={!desk.isStageReady.value}
          onPress={() => desk.rejectAll()}
        >
          {own.none}
        </KeyButton>
      )}
    </div>
  );
}

function AnswerBar({ desk }: { desk: Desk }) {
  const { session } = desk;
  const answer = session.answer.value;
  const task = session.task.value;
  if (answer === null || task === null) return null;
  if (desk.context.value === "reasons" || answer.stage === "rejecting") return <Reasons desk={desk} answer={answer} />;
  if (answer.stage === "comparing")
    return <VerdictBar isReady={desk.isStageReady.value} onVerdict={(verdict) => desk.judge(verdict)} />;
  if (answer.stage === "ranking") {
    return (
      <RankBar
        letters={task.letters}
        ranks={answer.ranks}
        selected={desk.selected.value}
        isReady={desk.isStageReady.value}
        onRank={(candidateId, rank) => desk.rank(candidateId, rank)}
        onPick={(candidateId) => desk.pick(candidateId)}
        onDone={() => desk.endRanking()}
      />
    );
  }
  return (
    <RatingBar
      scale={task.assignment.rating_scale}
      rating={answer.rating}
      onRate={(value) => desk.rate(value)}
      onSubmit={() => desk.submit()}
      isSubmittable={isComplete(answer)}
    />
  );
}

function Reasons({ desk, answer }: { desk: Desk; answer: Answer }) {
  const task = desk.session.task.value;
  const selected = desk.selected.value;
  if (task === null || selected === null) return null;
  const isStage = answer.stage === "rejecting";
  return (
    <ReasonsBar
      letter={letterOf(task.letters, selected)}
      reasons={task.assignment.rejection_reasons}
      chosen={answer.reasons.get(selected) ?? []}
      onToggle={(code) => desk.toggleReason(code)}
      isSubmittable={isComplete(answer)}
      {...(isStage ? { onSubmit: () => desk.submit() } : { onDone: () => desk.openReasons(null) })}
      onStep={(by) => desk.step(by)}
    />
  );
}
