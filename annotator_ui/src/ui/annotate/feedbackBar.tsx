import type { Feedback } from "../../core/assignment";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { KeyButton } from "./keyButton";

const own = texts.annotate;

export function verdictOn({ is_right: isRight }: Feedback): { title: string; tone: "is-good" | "is-bad" | "is-warn" } {
  if (isRight === null) return { title: own.feedbackOpen, tone: "is-warn" };
  return isRight ? { title: own.feedbackRight, tone: "is-good" } : { title: own.feedbackWrong, tone: "is-bad" };
}

/** What is known about the object that was just answered, under the two shapes that it is about. */
export function FeedbackBar({ feedback, onNext }: { feedback: Feedback; onNext: () => void }) {
  const { title, tone } = verdictOn(feedback);
  return (
    <div class="feedback-bar" data-testid="feedback" data-is-right={feedback.is_right ?? "open"} role="status">
      <span class={`badge ${tone}`}>{title}</span>
      <p>{feedback.text}</p>
      <KeyButton class="is-big is-primary" testId="go-on" keyLabel={keysOf("go_on")} onPress={onNext}>
        {own.goOn}
      </KeyButton>
    </div>
  );
}
