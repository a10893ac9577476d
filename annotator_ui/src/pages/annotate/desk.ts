/** What the person looks at and has open: nothing of it is part of the answer, save the viewer's mode. */

import { computed, signal } from "@preact/signals";
import type { AnnotationSession } from "../../core/annotationSession";
import type { AssetProblemKind } from "../../core/assignment";
import type { CorrectionNote } from "../../core/correction";
import { nextUnranked, WORST_RANK } from "../../core/grid";
import type { Verdict } from "../../core/kingOfTheHill";
import type { Pose, ViewName } from "../../core/orbit";
import { type Action, type Context, type KeyPress, meaningOf } from "../../core/shortcuts";
import { nextMode, VIEWER_MODES, type ViewerMode } from "../../core/viewerModes";
import { slotsOf } from "./slots";

/** The part of the viewer that keys may move. */
export interface View {
  turnBy(azimuthDegrees: number, elevationDegrees: number): void;
  zoomBy(factor: number): void;
  resetView(): void;
  view(name: ViewName): void;
  viewPhoto(pose: Pose): void;
  setTurntable(isOn: boolean): boolean;
  retry(): void;
}

/** lost: the browser took the context away and will give it back. no_webgl: there is none to be had. */
export type GraphicsTrouble = "none" | "lost" | "no_webgl";

export type DialogName = "help" | "give_back" | "skip" | "flag" | "comment" | "instructions";

const TURN = 15;
const ZOOM = 1.15;

export class Desk {
  readonly mode = signal<ViewerMode>("colour");
  readonly offeredModes = signal<readonly ViewerMode[]>(VIEWER_MODES);
  readonly isTurning = signal(false);
  readonly isPhotoZoomed = signal(false);
  readonly hasOutline = signal(true);
  readonly dialog = signal<DialogName | null>(null);
  readonly graphics = signal<GraphicsTrouble>("none");
  /** Whose reasons are open. */
  readonly reasonsFor = signal<string | null>(null);
  /** Which candidate of the grid, or of those rejected, keys are about. */
  private readonly marked = signal<string | null>(null);
  /** The task with a picture on the stage: also while it is explained. */
  readonly isOnStage = computed(() => {
    const { kind } = this.session.phase.value;
    return this.session.answer.value !== null && (kind === "working" || kind === "feedback");
  });
  readonly context = computed<Context>(() => {
    const answer = this.session.answer.value;
    if (this.session.phase.value.kind === "feedback") return "feedback";
    if (answer === null || this.session.phase.value.kind !== "working") return "idle";
    if (answer.stage === "rejecting") return "rejecting";
    return this.reasonsFor.value === null ? answer.stage : "reasons";
  });
  /** The candidate that a reason or a rank is about: where all are shown there always is one. */
  readonly selected = computed(() => {
    const letters = this.session.task.value?.letters ?? [];
    const stage = this.session.answer.value?.stage;
    const hasMark = stage === "rejecting" || stage === "ranking";
    const marked = letters.includes(this.marked.value ?? "") ? this.marked.value : letters[0];
    return this.reasonsFor.value ?? (hasMark ? (marked ?? null) : null);
  });
  readonly slots = computed(() => slotsOf(this.session.task.value, this.session.answer.value, this.session.told.value));
  /** Whose surfaces are drawn or have failed, pane by pane. */
  readonly settled = signal<ReadonlySet<string>>(new Set());
  /** Those of them that can be seen. */
  readonly drawn = signal<ReadonlySet<string>>(new Set());
  readonly isStageReady = computed(() => {
    const keys = this.slots.value.map((slot) => slot.key);
    // Without a connection all fail at once: nothing can be said about what nobody saw.
    return keys.every((key) => this.settled.value.has(key)) && keys.some((key) => this.drawn.value.has(key));
  });
  /** Where the photo stood, for each shape on screen that tells; the marked one first. All were predicted apart. */
  readonly photoPoses = computed<readonly Pose[]>(() => {
    const candidates = this.slots.value.map((slot) => slot.candidate);
    const marked = candidates.filter(({ id }) => id === this.selected.value);
    return [...new Set([...marked, ...candidates])].flatMap(({ pose }) => pose ?? []);
  });
  private lookedAt: Pose | undefined;
  view: View | null = null;

  constructor(
    readonly session: AnnotationSession,
    readonly correction: CorrectionNote | null = null,
  ) {}

  /** A stored answer is corrected, which nobody else could do instead. */
  get isCorrecting(): boolean {
    return this.correction !== null;
  }

  /** Sends what waited for the network, and fetches what failed without it. */
  comeOnline(): void {
    void this.session.sendNow();
    this.view?.retry();
  }

  /** The file of a shape on screen is gone or damaged: those who look after the object hear of it. */
  reportShape(url: string, kind: AssetProblemKind): void {
    const task = this.session.task.value?.assignment;
    const candidate = task?.candidates.find(({ mesh_url }) => mesh_url === url);
    if (task && candidate) void this.session.assets.report(task, candidate.id, kind);
  }

  /** Obeys a key; false if it means nothing here and the browser may have it. */
  press(key: KeyPress): boolean {
    if (this.dialog.value !== null || this.session.conflict.value !== null) return this.pressInDialog(key);
    const meaning = meaningOf(key, this.context.value);
    if (meaning === null) return false;
    if (meaning.kind === "digit") this.pickDigit(meaning.digit);
    else this.act(meaning.action);
    return true;
  }

  /** A dialog has the keyboard; the browser closes it on Escape, but too late for a quick next key. */
  private pressInDialog(key: KeyPress): boolean {
    const isClosing = key.key === "Escape" || (key.key === "?" && this.dialog.value === "help");
    if (isClosing) this.closeDialog();
    return isClosing;
  }

  open(name: DialogName): void {
    this.dialog.value = name;
  }

  closeDialog(): void {
    this.dialog.value = null;
  }

  /** A verdict on what cannot be seen yet is a slip of the finger. */
  judge(verdict: Verdict): void {
    const answer = this.session.answer.value;
    if (!this.isStageReady.value || answer === null) return;
    const left = verdict === "left" || verdict === "equal" ? answer.left : null;
    const right = verdict === "right" || verdict === "equal" ? answer.right : null;
    if (this.isMissing(left) || this.isMissing(right)) return;
    this.reasonsFor.value = null;
    this.session.judge(verdict);
  }

  rate(value: number): void {
    if (this.isMissing(this.session.answer.value?.champion)) return;
    this.session.play({ kind: "rating", value });
  }

  /** Ranks the candidate, or drops it with null, and marks the next one that has no rank. */
  rank(candidateId: string, rank: number | null): void {
    const task = this.session.task.value;
    if (task === null || !this.isStageReady.value || (rank !== null && this.isMissing(candidateId))) return;
    this.session.play({ kind: "rank", candidateId, rank });
    const ranks = this.session.answer.value?.ranks ?? new Map();
    this.marked.value = nextUnranked(task.letters, ranks, candidateId) ?? candidateId;
  }

  endRanking(): void {
    this.session.play({ kind: "ranked" });
  }

  /** Presses on a candidate: marks it where all are shown, opens its reasons elsewhere. */
  pick(candidateId: string): void {
    if (this.session.answer.value?.stage === "ranking") this.marked.value = candidateId;
    else this.openReasons(candidateId);
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
    const next = order[(place + by + order.length) % order.length] ?? null;
    if (this.context.value === "ranking") this.marked.value = next;
    else this.reasonsFor.value = next;
  }

  rejectAll(): void {
    if (!this.isStageReady.value) return;
    this.reasonsFor.value = null;
    this.session.play({ kind: "none_acceptable" });
  }

  switchWay(): void {
    this.reasonsFor.value = null;
    this.session.switchMode(this.session.answer.value?.mode === "grid" ? "king" : "grid");
  }

  undo(): void {
    this.session.undo();
    this.closeStaleReasons();
  }

  redo(): void {
    this.session.redo();
    this.closeStaleReasons();
  }

  submit(): void {
    if (this.correction !== null && !this.correction.isGiven()) return;
    this.reasonsFor.value = null;
    this.session.submit(this.graphics.value === "no_webgl" ? "picture" : this.mode.value);
  }

  nextMode(): void {
    this.mode.value = nextMode(this.mode.value, this.offeredModes.value);
  }

  /** Looks as the photo does: by the first shape's word, and pressed again by the next one's. */
  viewPhoto(): void {
    const poses = this.photoPoses.value;
    const last = this.lookedAt === undefined ? -1 : poses.indexOf(this.lookedAt);
    const pose = poses[(last + 1) % poses.length];
    if (pose === undefined) return;
    this.lookedAt = pose;
    this.view?.viewPhoto(pose);
  }

  toggleTurntable(): void {
    this.isTurning.value = this.view?.setTurntable(!this.isTurning.value) ?? false;
  }

  togglePhoto(): void {
    this.isPhotoZoomed.value = !this.isPhotoZoomed.value;
  }

  toggleOutline(): void {
    this.hasOutline.value = !this.hasOutline.value;
  }

  /** Its file is gone or damaged: it can lose or be dropped, but nobody can say that it is good. */
  private isMissing(candidateId: string | null | undefined): boolean {
    return this.slots.value.some(
      ({ key, candidate }) => candidate.id === candidateId && this.settled.value.has(key) && !this.drawn.value.has(key),
    );
  }

  private leave(dialog: "skip" | "flag" | "give_back"): void {
    if (!this.isCorrecting) this.open(dialog);
  }

  private closeStaleReasons(): void {
    if (this.session.answer.value?.stage !== "rejecting") this.reasonsFor.value = null;
  }

  private pickDigit(digit: number): void {
    const assignment = this.session.task.value?.assignment;
    if (this.context.value === "ranking") {
      if (this.selected.value !== null) this.rank(this.selected.value, Math.min(digit, WORST_RANK));
    } else if (this.context.value === "rating") {
      const step = assignment?.rating_scale[digit - 1];
      if (step !== undefined) this.rate(step.value);
    } else {
      const reason = assignment?.rejection_reasons[digit - 1];
      if (reason !== undefined) this.toggleReason(reason.code);
    }
  }

  private openReasonsOfLast(): void {
    const isRanking = this.context.value === "ranking";
    this.openReasons(isRanking ? this.selected.value : this.session.answer.value?.losers.at(-1));
  }

  private act(action: Action): void {
    const answer = this.session.answer.value;
    const actions: Readonly<Record<Action, () => void>> = {
      left_better: () => this.judge("left"),
      equal: () => this.judge("equal"),
      right_better: () => this.judge("right"),
      both_bad: () => this.judge("both_bad"),
      drop: () => this.selected.value !== null && this.rank(this.selected.value, null),
      ranked: () => this.endRanking(),
      way: () => this.switchWay(),
      none_acceptable: () => this.rejectAll(),
      undo: () => this.undo(),
      redo: () => this.redo(),
      comment: () => this.open("comment"),
      submit: () => this.submit(),
      go_on: () => void this.session.goOn(),
      reasons_left: () => this.openReasons(answer?.left),
      reasons_right: () => this.openReasons(answer?.right),
      reasons_last: () => this.openReasonsOfLast(),
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
      view_photo: () => this.viewPhoto(),
      view_front: () => this.view?.view("front"),
      view_back: () => this.view?.view("back"),
      view_left: () => this.view?.view("left"),
      view_right: () => this.view?.view("right"),
      view_top: () => this.view?.view("top"),
      view_bottom: () => this.view?.view("bottom"),
      turntable: () => this.toggleTurntable(),
      mode: () => this.nextMode(),
      photo_zoom: () => this.togglePhoto(),
      photo_outline: () => this.toggleOutline(),
      retry_meshes: () => this.view?.retry(),
      skip: () => this.leave("skip"),
      flag_mask: () => this.leave("flag"),
      give_back: () => this.leave("give_back"),
      help: () => this.open("help"),
      close: () => undefined,
    };
    actions[action]();
  }
}
