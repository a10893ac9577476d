import type { ComponentChildren } from "preact";
import type { Feedback } from "../../core/assignment";
import type { LeaseState } from "../../core/leaseKeeper";
import type { Barrier } from "../../core/ports";
import { texts } from "../../core/texts";
import { verdictOn } from "./feedbackBar";

const own = texts.annotate;

interface BannerProps {
  tone: "is-warn" | "is-bad" | "";
  testId: string;
  action?: { label: string; onPress: () => void } | undefined;
  children: ComponentChildren;
}

function Banner({ tone, testId, action, children }: BannerProps) {
  return (
    <div class={`note banner ${tone}`} role={tone === "is-bad" ? "alert" : "status"} data-testid={testId}>
      <span>{children}</span>
      {action && (
        <button type="button" class="button is-small" onClick={action.onPress}>
          {action.label}
        </button>
      )}
    </div>
  );
}

export interface BannersProps {
  leaseState: LeaseState;
  isLeaseEnding: boolean;
  isOffline: boolean;
  barrier: Barrier | null;
  /** Why something that the person asked for did not work. */
  trouble: string | null;
  /** What was said about an answer whose task has left the screen. */
  earlierFeedback: Feedback | null;
  /** What the server said to an answer that still waits, if it can be reached. */
  unsent: string | null;
  isRestored: boolean;
  isContextLost: boolean;
  hasNoWebGl: boolean;
  /** Why an answer was refused, as a sentence. */
  refusal: string | null;
  onAskAgain: () => void;
  onSendNow: () => void;
  onUnderstood: () => void;
  onTroubleRead: () => void;
  onFeedbackRead: () => void;
}

const LOST: Readonly<Record<Exclude<LeaseState, "held" | "over">, readonly [words: string, action: string]>> = {
  expired: [own.leaseOver, own.leaseAgain],
  taken: [own.leaseTaken, own.leaseAgain],
  answered: [own.leaseAnswered, own.leaseNext],
};

function LeaseBanner({ leaseState: state, isLeaseEnding, onAskAgain }: BannersProps) {
  if (state !== "held" && state !== "over") {
    const [words, label] = LOST[state];
    return (
      <Banner tone="is-bad" testId="lease-lost" action={{ label, onPress: onAskAgain }}>
        {words}
      </Banner>
    );
  }
  if (!isLeaseEnding) return null;
  return (
    <Banner tone="is-warn" testId="lease-ending">
      {own.leaseIdle}
    </Banner>
  );
}

/** What stands between the person and the server, the worst thing only. */
function ReachBanner({ isOffline, barrier, unsent, onSendNow }: BannersProps) {
  const again = { label: texts.shell.retry, onPress: onSendNow };
  if (isOffline) {
    return (
      <Banner tone="is-warn" testId="offline" action={{ label: own.sendNow, onPress: onSendNow }}>
        {own.offline}
      </Banner>
    );
  }
  if (barrier !== null) {
    return (
      <Banner tone="is-bad" testId={barrier === "signed_out" ? "signed-out" : "role-missing"} action={again}>
        {barrier === "signed_out" ? own.signedOut : own.roleMissing}
      </Banner>
    );
  }
  if (unsent === null) return null;
  return (
    <Banner tone="is-warn" testId="unsent" action={{ label: own.sendNow, onPress: onSendNow }}>
      {own.unsent(unsent)}
    </Banner>
  );
}

/** What the person must know now; each with what can be done about it. */
export function Banners(props: BannersProps) {
  const { refusal, trouble, earlierFeedback } = props;
  return (
    <div class="banners">
      {refusal && (
        <Banner tone="is-bad" testId="refusal" action={{ label: own.understood, onPress: props.onUnderstood }}>
          <b>{own.refusedTitle}. </b>
          {refusal} <a href="/annotate/answers/">{own.myAnswers}</a>
        </Banner>
      )}
      <ReachBanner {...props} />
      {trouble && (
        <Banner tone="is-bad" testId="trouble" action={{ label: own.understood, onPress: props.onTroubleRead }}>
          {own.notDone(trouble)}
        </Banner>
      )}
      <LeaseBanner {...props} />
      {earlierFeedback && (
        <Banner tone="" testId="told" action={{ label: own.understood, onPress: props.onFeedbackRead }}>
          <b>
            {own.feedbackEarlier}: {verdictOn(earlierFeedback).title}.{" "}
          </b>
          {earlierFeedback.text}
        </Banner>
      )}
      {props.hasNoWebGl && (
        <Banner tone="is-warn" testId="no-webgl">
          {own.picturesOnly}
        </Banner>
      )}
      {props.isContextLost && (
        <Banner tone="is-warn" testId="context-lost">
          {own.contextLost}
        </Banner>
      )}
      {props.isRestored && (
        <Banner tone="" testId="restored">
          {own.restored}
        </Banner>
      )}
    </div>
  );
}
