import type { Ref } from "preact";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { KeyButton } from "./keyButton";

export interface PaneProps {
  name: string;
  candidateId: string;
  letter: string;
  /** coarse: it can be seen and turned, and is not all there yet. */
  state: "loading" | "coarse" | "ready" | "failed";
  /** Why it failed, as a sentence. */
  fault: string | null;
  reasons: readonly string[];
  /** What is said of it besides, e.g. its rank. */
  remark?: string | null;
  /** In place of the surface, where the browser can draw none. */
  picture?: { readonly url: string; readonly onSettled: (isShown: boolean) => void } | null;
  isSelected?: boolean;
  reasonsKey?: string | undefined;
  onReasons?: (() => void) | undefined;
  /** A press on the pane, or the beginning of turning it, marks it. */
  onMark?: (() => void) | undefined;
  onRetry: () => void;
  paneRef: Ref<HTMLDivElement>;
}

const own = texts.annotate;

/** The frame round one candidate: the surface itself is drawn by the viewer on the canvas that lies over it. */
export function Pane(props: PaneProps) {
  return (
    <div
      class={props.isSelected ? "pane is-selected" : "pane"}
      data-testid={`pane-${props.name}`}
      data-candidate-id={props.candidateId}
      data-pane-state={props.state}
      ref={props.paneRef}
      onPointerDown={props.onMark}
    >
      <div class="pane-head">
        <span class="row">
          <span class="letter">{props.letter}</span>
          {props.remark && <span class="badge is-active">{props.remark}</span>}
        </span>
        {props.onReasons && (
          <KeyButton class="is-small is-quiet" keyLabel={props.reasonsKey} onPress={props.onReasons}>
            {props.reasons.length > 0 ? own.reasonsCount(props.reasons.length) : own.reasonsButton}
          </KeyButton>
        )}
      </div>
      {props.picture && (
        <img
          class="pane-picture"
          src={props.picture.url}
          alt={own.pictureAlt(props.letter)}
          onLoad={() => props.picture?.onSettled(true)}
          onError={() => props.picture?.onSettled(false)}
        />
      )}
      {props.state === "loading" && (
        <div class="pane-message" role="status">
          <span class="spinner" aria-hidden="true" />
          {own.meshLoading}
        </div>
      )}
      {props.state === "coarse" && (
        <div class="pane-coarse" role="status">
          <span class="spinner" aria-hidden="true" />
          {own.meshCoarse}
        </div>
      )}
      {props.state === "failed" && (
        <div class="pane-message is-failed" role="alert">
          <p>{props.fault}</p>
          <KeyButton class="is-small" keyLabel={keysOf("retry_meshes")} onPress={props.onRetry}>
            {own.meshRetry}
          </KeyButton>
        </div>
      )}
      {props.reasons.length > 0 && (
        <ul class="pane-reasons">
          {props.reasons.map((label) => (
            <li key={label} class="badge is-warn">
              {label}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
