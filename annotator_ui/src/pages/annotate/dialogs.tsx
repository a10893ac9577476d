import type { Signal } from "@preact/signals";
import type { AnnotationSession } from "../../core/annotationSession";
import { replay } from "../../core/answer";
import type { Draft } from "../../core/draft";
import type { Comparison } from "../../core/kingOfTheHill";
import { lettered, letterOf } from "../../core/letters";
import { texts } from "../../core/texts";
import { ConfirmDialog } from "../../ui/annotate/confirmDialog";
import { ConflictDialog } from "../../ui/annotate/conflictDialog";
import { HelpSheet } from "../../ui/annotate/helpSheet";
import { InstructionsDialog } from "../../ui/annotate/instructionsDialog";
import { CommentDialog, FlagDialog, SkipDialog } from "../../ui/annotate/leaveDialogs";
import type { Desk, DialogName } from "./desk";

const own = texts.annotate;

const SPELLED_OUT = 5;

function comparisonIn(letters: readonly string[], { left_id, right_id, verdict }: Comparison): string {
  return own.summary.compared[verdict](letterOf(letters, left_id), letterOf(letters, right_id));
}

/** What a version of the work says, line by line. */
function wordsOf(draft: Draft, session: AnnotationSession): string[] {
  const answer = replay(draft, draft.moves);
  const letters = lettered(draft.order, draft.seed);
  const words: string[] = [];
  if (answer.mode === "grid" && answer.ranks.size > 0) words.push(own.summary.ranked(answer.ranks.size));
  words.push(...answer.comparisons.slice(0, SPELLED_OUT).map((one) => comparisonIn(letters, one)));
  const nMore = answer.comparisons.length - SPELLED_OUT;
  if (nMore > 0) words.push(own.summary.more(nMore));
  if (answer.stage === "rejecting") words.push(own.summary.none);
  if (answer.stage === "rating" && answer.champion) words.push(own.summary.kept(letterOf(letters, answer.champion)));
  const step = session.task.value?.assignment.rating_scale.find((one) => one.value === answer.rating);
  if (step !== undefined) words.push(own.summary.rated(step.label));
  if (answer.comment) words.push(own.summary.commented);
  return words.length > 0 ? words : [own.summary.nothing];
}

/** The one dialog that is open. */
export function Dialogs({ desk, now }: { desk: Desk; now: Signal<number> }) {
  const { session } = desk;
  const conflict = session.conflict.value;
  if (conflict !== null) {
    return (
      <ConflictDialog
        conflict={conflict}
        words={{ here: wordsOf(conflict.here, session), there: wordsOf(conflict.there, session) }}
        now={now.value}
        onKeep={(side) => session.settle(side)}
      />
    );
  }
  const name = desk.dialog.value;
  return name && <Opened name={name} desk={desk} />;
}

function Opened({ name, desk }: { name: DialogName; desk: Desk }) {
  const { session } = desk;
  const onClose = (): void => desk.closeDialog();
  const closed =
    <Args extends unknown[]>(work: (...args: Args) => void) =>
    (...args: Args): void => {
      desk.closeDialog();
      work(...args);
    };
  switch (name) {
    case "help":
      return <HelpSheet nRatings={session.task.value?.assignment.rating_scale.length ?? 5} onClose={onClose} />;
    case "instructions":
      return <InstructionsDialog text={session.task.value?.assignment.campaign.instructions ?? ""} onClose={onClose} />;
    case "skip":
      return <SkipDialog onSkip={closed((reason, note) => void session.skip(reason, note))} onClose={onClose} />;
    case "flag":
      return <FlagDialog onFlag={closed((note) => void session.flagMask(note))} onClose={onClose} />;
    case "comment":
      return (
        <CommentDialog
          comment={session.answer.value?.comment ?? ""}
          onComment={(text) => session.play({ kind: "comment", text })}
          onClose={onClose}
        />
      );
    case "give_back":
      return (
        <ConfirmDialog
          question={own.giveBackConfirm}
          yes={own.giveBackYes}
          no={own.giveBackNo}
          onYes={closed(() => void session.giveBack())}
          onClose={onClose}
        />
      );
  }
}
