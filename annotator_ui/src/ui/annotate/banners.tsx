import type { ComponentChildren } from "preact";
import type { LeaseState } from "../../core/annotationSession";
import { texts } from "../../core/texts";

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
}

/** What the person must know now; each with what can be done about it. */
export function Banners(props: BannersProps) {
  const isLost = props.leaseState === "expired" || props.leaseState === "taken";
  return (
    <div class="banners">
      {props.refusal && (
        <Banner tone="is-bad" testId="refusal" action={{ label: own.understood, onPress: props.onUnderstood }}>
          <b>{own.refusedTitle}. </b>
          {props.refusal}
        </Banner>
      )}
      {props.isOffline && (
        <Banner tone="is-warn" testId="offline" action={{ label: own.sendNow, onPress: props.onSendNow }}>
          {own.offline}
        </Banner>
      )}
      {!props.isOffline && props.unsent && (
        <Banner tone="is-warn" testId="unsent" action={{ label: own.sendNow, onPress: props.onSendNow }}>
          {own.unsent(props.unsent)}
        </Banner>
      )}
      {isLost && (
        <Banner tone="is-bad" testId="lease-lost" action={{ label: own.leaseAgain, onPress: props.onAskAgain }}>
          {props.leaseState === "taken" ? own.leaseTaken : own.leaseOver}
        </Banner>
      )}
      {!isLost && props.isLeaseEnding && (
        <Banner tone="is-warn" testId="lease-ending">
          {own.leaseIdle}
        </Banner>
      )}
      {props.hasNoWebGl && (
        <Banner tone="is-bad" testId="no-webgl">
          {own.noWebGl}
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
