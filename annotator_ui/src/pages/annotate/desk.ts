/** What the person looks at and has open: nothing of it is part of the answer, save the viewer's mode. */

import { computed, signal } from "@preact/signals";
import type { AnnotationSession } from "../../core/annotationSession";
import type { Verdict } from "../../core/kingOfTheHill";
import { type Action, type Context, type KeyPress, meaningOf } from "../../core/shortcuts";
import { nextMode, VIEWER_MODES, type ViewerMode } from "../../core/viewerModes";
import { slotsOf } from "./slots";

/** The part of the viewer that keys may move. */
export interface View {
  turnBy(azimuthDegrees: number, elevationDegrees: number): void;
  zoomBy(factor: number): void;
  resetView(): void;
  retry(): void;
}

const TURN = 15;
const ZOOM = 1.15;

export class Desk {
  readonly mode = signal<ViewerMode>("colour");
  readonly isPhotoZoomed = signal(false);
  readonly hasOutline = signal(true);
  readonly isHelpOpen = signal(false);
  readonly isGivingBack = signal(false);
  /** Whose reasons are open. */
  readonly reasonsFor = signal<string | null>(null);
  readonly context = computed<Context>(() => {
    const hill = this.session.hill.value;
    if (hill === null || this.session.phase.value.kind !== "working") return "idle";
    if (hill.stage === "rejecting") return "rejecting";
    return this.reasonsFor.value === null ? hill.stage : "reasons";
  });
  /** The candidate that a reason is about: in the last stage there always is one. */
  readonly selected = computed(() => {
    const isRejecting = this.session.hill.value?.stage === "rejecting";
    return this.reasonsFor.value ?? (isRejecting ? (this.session.task.value?.letters[0] ?? null) : null);
  });
  /** Whose surfaces are drawn or have failed, pane by pane. */
  readonly settled = signal<ReadonlySet<string>>(new Set());
  readonly isStageReady = computed(() => {
    const slots = slotsOf(this.session.task.value, this.session.hill.value);
    return slots.length > 0 && slots.every((slot) => this.settled.value.has(slot.key));
  });
  view: View | null = null;

  constructor(readonly session: AnnotationSession) {}

  /** Obeys a key; false if it means nothing here and the browser may have it. */
  press(key: KeyPress): boolean {
    if (this.isHelpOpen.value || this.isGivingBack.value) return this.pressInDialog(key);
    const meaning = meaningOf(key, this.context.value);
    if (meaning === null) return false;
    if (meaning.kind === "digit") this.pickDigit(meaning.digit);
    else this.act(meaning.action);
    return true;
  }

  /** A dialog has the keyboard; the browser closes it on Escape, but too late for a quick next key. */
  private pressInDialog(key: KeyPress): boolean {
    const isClosing = key.key === "Escape" || (key.key === "?" && this.isHelpOpen.value);
    if (isClosing) this.closeDialogs();
    return isClosing;
  }

  closeDialogs(): void {
    this.isHelpOpen.value = false;
    this.isGivingBack.value = false;
  }

  /** A verdict on what cannot be seen yet is a slip of the finger. */
  judge(verdict: Verdict): void {
    if (!this.isStageReady.value) return;
    this.reasonsFor.value = null;
    this.session.judge(verdict);
  }

  rate(value: number): void {
    this.session.play({ kind: "rating", value });
  }

  toggleReason(code: string): void {
    const candidateId = this.selected.value;
    if (candidateId !== null) this.session.play({ kind: "reason", candidateId, code });
  }

  openReasons(candidateId: string | null | undefined): void {
    const isOpen = this.reasonsFor.value === candidateId && this.context.value === "reasons";
    this.reasonsFor.value = isOpen ? null : (candidateId ?? null);
  }

  step(by: 1 | -1): void {
    const order = this.session.task.value?.letters ?? [];
    const place = order.indexOf(this.selected.value ?? "");
    this.reasonsFor.value = order[(place + by + order.length) % order.length] ?? null;
  }

  rejectAll(): void {
    if (!this.isStageReady.value) return;
    this.reasonsFor.value = null;
    this.session.play({ kind: "none_acceptable" });
  }

  undo(): void {
    this.session.undo();
    if (this.session.hill.value?.stage !== "rejecting") this.reasonsFor.value = null;
  }

  submit(): void {
    this.reasonsFor.value = null;
    this.session.submit(this.mode.value);
  }

  nextMode(): void {
    this.mode.value = nextMode(this.mode.value, VIEWER_MODES);
  }

  private pickDigit(digit: number): void {
    const assignment = this.session.task.value?.assignment;
    if (this.context.value === "rating") {
      const step = assignment?.rating_scale[digit - 1];
      if (step !== undefined) this.rate(step.value);
    } else {
      const reason = assignment?.rejection_reasons[digit - 1];
      if (reason !== undefined) this.toggleReason(reason.code);
    }
  }

  private act(action: Action): void {
    const hill = this.session.hill.value;
    const actions: Readonly<Record<Action, () => void>> = {
      left_better: () => this.judge("left"),
      equal: () => this.judge("equal"),
      right_better: () => this.judge("right"),
      none_acceptable: () => this.rejectAll(),
      undo: () => this.undo(),
      submit: () => this.submit(),
      reasons_left: () => this.openReasons(hill?.left),
      reasons_right: () => this.openReasons(hill?.right),
      reasons_last: () => this.openReasons(hill?.losers.at(-1)),
      reasons_close: () => this.openReasons(null),
      previous_candidate: () => this.step(-1),
      next_candidate: () => this.step(1),
      turn_left: () => this.view?.turnBy(-TURN, 0),
      turn_right: () => this.view?.turnBy(TURN, 0),
      turn_up: () => this.view?.turnBy(0, TURN),
      turn_down: () => this.view?.turnBy(0, -TURN),
      zoom_in: () => this.view?.zoomBy(1 / ZOOM),
      zoom_out: () => this.view?.zoomBy(ZOOM),
      reset_view: () => this.view?.resetView(),
      mode: () => this.nextMode(),
      photo_zoom: () => this.togglePhoto(),
      photo_outline: () => this.toggleOutline(),
      retry_meshes: () => this.view?.retry(),
      give_back: () => this.askGiveBack(),
      help: () => this.openHelp(),
      close: () => undefined,
    };
    actions[action]();
  }

  togglePhoto(): void {
    this.isPhotoZoomed.value = !this.isPhotoZoomed.value;
  }

  toggleOutline(): void {
    this.hasOutline.value = !this.hasOutline.value;
  }

  askGiveBack(): void {
    this.isGivingBack.value = true;
  }

  openHelp(): void {
    this.isHelpOpen.value = true;
  }
}
