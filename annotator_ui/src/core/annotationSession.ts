/**
 * One person's day on the annotate page: claims tasks, some ahead, keeps their leases, drafts and answers.
 *
 * No timer and no network of its own: the page calls `tick` about once a second, and `touch` when the person does
 * something. One class, although long: every step changes phase, task and lease together, and only here in one place.
 */

import { computed, signal } from "@preact/signals";
import { isComplete, type Mode, type Move, replay } from "./answer";
import { AssetReporter } from "./assetReporter";
import { type Assignment, MAX_HELD, type NextAnswer, type SkipReason, type Stored } from "./assignment";
import type { Draft } from "./draft";
import { DraftKeeper } from "./draftKeeper";
import { type History, play, redo, undo } from "./history";
import type { Verdict } from "./kingOfTheHill";
import { readLease } from "./leaseClock";
import { type Held, LeaseKeeper } from "./leaseKeeper";
import { draftOf, type OpenTask, openedTask, verdictsIn } from "./openTask";
import type { OutboxEntry } from "./outbox";
import { OutboxSender } from "./outboxSender";
import type { Conflict, Phase, Told } from "./phases";
import { type AnnotationApi, type Barrier, CallFault, type KeyValueStore, type Surroundings } from "./ports";
import { quietly } from "./quietly";
import { withReach } from "./reach";
import { Stopwatch } from "./stopwatch";
import { type Correction, type LookedAt, toSubmission, type ViewerMode } from "./submission";
import { ViewLog } from "./viewLog";
import { WorkDay } from "./workDay";
import { writerOf } from "./writer";

export type { OpenTask } from "./openTask";
export type { Conflict, Phase, Told } from "./phases";

export const EMPTY_WAIT = 15_000;
const FAILED_WAIT = 5000;
const AHEAD_WAIT = 20_000;

export class AnnotationSession {
  readonly phase = signal<Phase>({ kind: "loading" });
  readonly task = signal<OpenTask | null>(null);
  readonly refusal = signal<{ readonly entry: OutboxEntry; readonly code: string } | null>(null);
  readonly conflict = signal<Conflict | null>(null);
  readonly told = signal<Told | null>(null);
  /** Why skipping, flagging or pausing did not work. */
  readonly trouble = signal<string | null>(null);
  readonly isOffline = signal(false);
  readonly barrier = signal<Barrier | null>(null);
  readonly answer = computed(() => {
    const task = this.task.value;
    return task === null ? null : replay(task.setting, task.history.moves);
  });
  readonly drafts: DraftKeeper;
  readonly outbox: OutboxSender;
  readonly leases: LeaseKeeper;
  readonly day: WorkDay;
  readonly looks: ViewLog;
  readonly assets: AssetReporter;
  private readonly api: AnnotationApi;
  private readonly pairWatch: Stopwatch;
  private readonly taskWatch: Stopwatch;
  private readonly writer: string;
  /** Tasks whose answers were stored, in that order: a task that comes in after its own answer is a late echo. */
  private readonly storedIds: number[] = [];
  private shown: { readonly ids: readonly string[]; readonly mode: ViewerMode } = { ids: [], mode: "colour" };
  private aheadAt = 0;
  private isClaiming = false;
  private isAsking = false;

  /** `correct` tells, at the moment of sending, which stored choice the answer takes the place of. */
  constructor(
    calls: AnnotationApi,
    store: KeyValueStore,
    private readonly surroundings: Surroundings,
    private readonly correct: () => Correction | undefined = () => undefined,
  ) {
    const api = withReach(calls, ({ isReached, barrier }) => {
      this.isOffline.value = !isReached;
      if (isReached) this.barrier.value = barrier;
    });
    this.api = api;
    this.writer = writerOf(store, surroundings);
    this.pairWatch = new Stopwatch(surroundings.now);
    this.taskWatch = new Stopwatch(surroundings.now);
    this.looks = new ViewLog(surroundings.now);
    this.day = new WorkDay(api, store);
    this.assets = new AssetReporter(api);
    this.leases = new LeaseKeeper(api, surroundings);
    this.drafts = new DraftKeeper(api, store, surroundings, (assignment, fault) =>
      this.leases.lose(assignment.id, fault),
    );
    this.drafts.watch((targetId) => this.onOtherPage(targetId));
    this.outbox = new OutboxSender(api, store, surroundings, {
      onDelivered: (entry, stored) => this.onDelivered(entry, stored),
      onRefused: (entry, delivery) => this.onRefused(entry, delivery.code),
    });
  }

  /** Answers of an earlier visit go first: a task that waits to be sent would only be handed out again. */
  async start(): Promise<void> {
    await this.outbox.send();
    await Promise.all([this.claim(), this.day.count()]);
  }

  async tick(): Promise<void> {
    const now = this.surroundings.now();
    const phase = this.phase.value;
    const isAgain = (phase.kind === "empty" || phase.kind === "failed") && phase.againAt <= now;
    await Promise.all([
      this.outbox.send(),
      this.drafts.tick(),
      this.leases.tick(),
      isAgain ? this.claim() : null,
      this.claimAhead(now),
    ]);
  }

  /** The person is there. */
  touch(): void {
    this.leases.touch();
  }

  /** What is on screen and looked at, and how it is drawn; only that time is counted. */
  look(onScreenIds: readonly string[], mode: ViewerMode): void {
    // For a moment after a task opened, the panes still tell of the one before it.
    const own = this.task.value?.assignment.candidates.map(({ id }) => id) ?? [];
    const shownIds = onScreenIds.filter((id) => own.includes(id));
    this.pairWatch.run(shownIds.length > 0);
    this.taskWatch.run(shownIds.length > 0);
    this.shown = { ids: shownIds, mode };
    this.looks.show(shownIds, mode);
  }

  play(move: Move): void {
    const task = this.workingTask;
    if (task !== null) this.setHistory(task, play(task.setting, task.history, move));
  }

  /** A verdict with the time that the pair was looked at. */
  judge(verdict: Verdict): void {
    this.play({ kind: "verdict", verdict, milliseconds: Math.round(this.pairWatch.milliseconds) });
  }

  /** Another way of answering, for this task and those to come. */
  switchMode(mode: Mode): void {
    this.play({ kind: "mode", mode });
    if (this.answer.value?.mode === mode) this.day.prefer(mode);
  }

  undo(): void {
    const task = this.workingTask;
    if (task !== null) this.setHistory(task, undo(task.history));
  }

  redo(): void {
    const task = this.workingTask;
    if (task !== null) this.setHistory(task, redo(task.history));
  }

  /** The person has read which of the two versions is which. */
  settle(keep: "here" | "there"): void {
    const conflict = this.conflict.value;
    const task = this.task.value;
    this.conflict.value = null;
    if (conflict === null || task === null) return;
    this.refill(task.assignment, conflict[keep]);
    this.note();
  }

  submit(viewerMode: LookedAt): void {
    const task = this.workingTask;
    const answer = this.answer.value;
    // The server has said that the task is not ours any more: it must be asked for again first.
    if (task === null || answer === null || !isComplete(answer) || !this.leases.isOurs) return;
    const isPicture = viewerMode === "picture";
    const submission = toSubmission(answer, {
      leaseToken: task.assignment.lease_token,
      idempotencyKey: this.surroundings.uuid(),
      viewerMode,
      milliseconds: this.taskWatch.milliseconds,
      views: isPicture ? [] : this.looks.views(),
      turnedIds: isPicture ? null : this.looks.turnedIds(),
      correction: this.correct(),
    });
    // The browser's draft stays until the answer is stored: if it is refused, the task can be filled in again.
    this.drafts.close();
    this.leases.finish();
    this.phase.value = { kind: "submitting" };
    // In practice the task stays on screen: what is said about the answer is best understood in front of it.
    const ahead = task.assignment.campaign.is_practice ? null : this.leases.takeAhead();
    this.outbox.post(task.assignment.id, task.assignment.target_id, submission);
    if (ahead !== null) this.open(ahead);
  }

  /** The person has read what was said about her answer. */
  async goOn(): Promise<void> {
    this.told.value = null;
    if (this.phase.value.kind === "feedback") await this.openNext();
  }

  async giveBack(): Promise<void> {
    const task = this.task.value;
    if (task === null) return;
    this.drafts.forget(task.assignment.target_id);
    this.closeTask();
    await quietly(() => this.api.release(task.assignment.id, task.assignment.lease_token));
    await this.openNext();
  }

  /** Passes the object on to other people for good. */
  skip(reason: SkipReason, comment: string): Promise<void> {
    return this.leave(({ id, lease_token: token }) => this.api.skip(id, token, reason, comment));
  }

  flagMask(comment: string): Promise<void> {
    return this.leave(({ id, lease_token: token }) => this.api.flagMask(id, token, comment));
  }

  /** Gives everything back, keeps the drafts, and gets nothing new until `resume`. */
  async pause(): Promise<void> {
    await this.drafts.flush();
    if (!(await this.succeeds(() => this.api.pause()))) return;
    this.leases.takeAllAhead();
    this.closeTask();
    await Promise.all([this.claim(), this.day.count()]);
  }

  async resume(): Promise<void> {
    if (!(await this.succeeds(() => this.api.resume()))) return;
    await Promise.all([this.claim(), this.day.count()]);
  }

  /** Tasks of one campaign from now on, or of any. Work that has begun is finished first. */
  async chooseCampaign(campaignId: number | null): Promise<void> {
    if (this.day.campaignId.value === campaignId) return;
    this.day.choose(campaignId);
    for (const ahead of this.leases.takeAllAhead()) await this.letGo(ahead.assignment);
    const task = this.task.value;
    if (task !== null && (this.phase.value.kind !== "working" || task.history.moves.length > 0)) return;
    this.closeTask();
    if (task !== null) await this.letGo(task.assignment);
    await this.claim();
  }

  /** After a lost lease: whatever comes now, the draft is filled in if it is the same object. */
  async askAgain(): Promise<void> {
    this.closeTask();
    await this.claim();
  }

  /** The network is back, or so the person hopes: answers, draft and lease are tried at once. */
  async sendNow(): Promise<void> {
    this.leases.hurry();
    await this.outbox.sendNow();
    if (this.phase.value.kind === "failed") await this.claim();
    else await this.day.count();
  }

  /** Looks for a task at once. */
  async claim(): Promise<void> {
    if (this.isClaiming) return;
    this.isClaiming = true;
    try {
      await this.ask();
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      // The campaign is gone: there is no more to be had from it, but from others.
      if (error.code === "campaign_missing") this.day.choose(null);
      const againAt = this.surroundings.now() + Math.max(FAILED_WAIT, error.afterMilliseconds);
      this.phase.value = { kind: "failed", reason: error.reason, againAt };
    } finally {
      this.isClaiming = false;
    }
  }

  dismissRefusal(): void {
    if (this.refusal.value !== null) this.outbox.dismiss(this.refusal.value.entry);
    this.refusal.value = null;
  }

  private get workingTask(): OpenTask | null {
    return this.phase.value.kind === "working" && this.conflict.value === null ? this.task.value : null;
  }

  private async ask(): Promise<void> {
    const sentAt = this.surroundings.now();
    const nStored = this.storedIds.length;
    const answer = await this.api.next({ campaignId: this.day.campaignId.value, exclude: [], isAhead: false });
    // It was handed out while its answer was on the way, which got there first.
    if (this.isStoredSince(nStored, answer.assignment)) await this.ask();
    else this.receive(answer, sentAt);
  }

  private isStoredSince(nStored: number, assignment: Assignment | null): boolean {
    return assignment !== null && this.storedIds.includes(assignment.id, nStored);
  }

  private receive(answer: NextAnswer, sentAt: number): void {
    const now = this.surroundings.now();
    const { assignment } = answer;
    if (assignment === null) {
      const { empty_reason: reason, empty_message: message } = answer;
      this.closeTask();
      this.phase.value = { kind: "empty", reason, message, againAt: now + EMPTY_WAIT };
    } else if (this.isOnItsWay(assignment.id)) {
      this.phase.value = { kind: "submitting" };
    } else {
      this.leases.dropAhead(assignment.id);
      this.open({ assignment, clock: readLease(assignment, sentAt, now) });
    }
  }

  private open(held: Held): void {
    const found = this.drafts.find(held.assignment);
    this.leases.open(held);
    this.pairWatch.reset();
    this.aheadAt = 0;
    this.fill(held.assignment, found.kind === "one" ? found.draft : found.here);
    this.conflict.value = found.kind === "conflict" ? { ...found, where: "device" } : null;
    this.phase.value = { kind: "working" };
  }

  /** The task as a draft left it, or as new. */
  private fill(assignment: Assignment, draft: Draft | null): void {
    this.taskWatch.reset(draft?.milliseconds ?? 0);
    this.looks.reset(draft?.looks ?? null);
    this.task.value = openedTask(assignment, draft, this.day.preferredMode);
  }

  /** Another version of the task that is on screen already. */
  private refill(assignment: Assignment, draft: Draft): void {
    this.fill(assignment, draft);
    this.looks.show(this.shown.ids, this.shown.mode);
  }

  private async openNext(): Promise<void> {
    const ahead = this.leases.takeAhead();
    if (ahead !== null) this.open(ahead);
    else await this.claim();
  }

  private closeTask(): void {
    this.drafts.close();
    this.leases.open(null);
    this.task.value = null;
    this.conflict.value = null;
    this.phase.value = { kind: "loading" };
  }

  private setHistory(task: OpenTask, history: History): void {
    if (history === task.history) return;
    if (verdictsIn(history) !== verdictsIn(task.history)) this.pairWatch.reset();
    this.task.value = { ...task, history, isRestored: false };
    this.note();
  }

  private note(): void {
    const draft = this.currentDraft();
    if (this.task.value !== null && draft !== null)
      this.drafts.note(this.task.value.assignment, draft, this.leases.isOurs);
  }

  private currentDraft(): Draft | null {
    const task = this.task.value;
    if (task === null) return null;
    return draftOf(task, {
      milliseconds: Math.round(this.taskWatch.milliseconds),
      looks: this.looks.state(),
      writtenAt: this.surroundings.now(),
      writer: this.writer,
    });
  }

  /** Another page of this browser wrote a draft of the object that is open here. */
  private onOtherPage(targetId: number): void {
    const task = this.workingTask;
    const here = this.currentDraft();
    if (task === null || here === null || task.assignment.target_id !== targetId) return;
    const found = this.drafts.compare(task.assignment, here);
    if (found.kind === "conflict") this.conflict.value = { ...found, where: "tab" };
    else if (found.draft !== null && found.draft !== here) this.refill(task.assignment, found.draft);
  }

  private isOnItsWay(assignmentId: number): boolean {
    return this.outbox.waiting.some((entry) => entry.assignmentId === assignmentId);
  }

  private onDelivered(entry: OutboxEntry, { feedback }: Stored): void {
    this.storedIds.push(entry.assignmentId);
    this.drafts.forget(entry.targetId);
    void this.day.count();
    const isOpen = this.phase.value.kind === "submitting" && this.task.value?.assignment.id === entry.assignmentId;
    if (feedback !== null) this.told.value = { feedback, isOpen };
    if (feedback !== null && isOpen) this.phase.value = { kind: "feedback" };
    else if (this.phase.value.kind === "submitting") void this.openNext();
    else void this.claimAhead(this.surroundings.now());
  }

  private onRefused(entry: OutboxEntry, code: string): void {
    this.refusal.value = { entry, code };
    if (this.phase.value.kind === "submitting") void this.openNext();
  }

  /** As many ahead as the server allows, one after the other, once nothing waits to be sent. */
  private async claimAhead(now: number): Promise<void> {
    const task = this.task.value;
    const ahead = this.leases.ahead.value.map(({ assignment }) => assignment.id);
    const isWanted = ahead.length < MAX_HELD - 1 && this.outbox.waiting.length === 0 && now >= this.aheadAt;
    if (task === null || this.phase.value.kind !== "working" || !isWanted || this.isAsking) return;
    this.isAsking = true;
    this.aheadAt = now + AHEAD_WAIT;
    const campaignId = this.day.campaignId.value;
    const nStored = this.storedIds.length;
    await quietly(async () => {
      const { assignment } = await this.api.next({
        campaignId,
        exclude: [task.assignment.id, ...ahead],
        isAhead: true,
      });
      const isNew = assignment !== null && ![this.task.value?.assignment.id, ...ahead].includes(assignment.id);
      if (!isNew || this.isOnItsWay(assignment.id) || this.isStoredSince(nStored, assignment)) return;
      if (campaignId !== this.day.campaignId.value) return this.letGo(assignment);
      this.leases.addAhead({ assignment, clock: readLease(assignment, now, this.surroundings.now()) });
      // There was one, so there may be another.
      this.aheadAt = 0;
    });
    this.isAsking = false;
  }

  private letGo(assignment: Assignment): Promise<void> {
    return quietly(() => this.api.release(assignment.id, assignment.lease_token));
  }

  /** Leaves the open task in a way that must reach the server: until then it stays. */
  private async leave(call: (assignment: Assignment) => Promise<void>): Promise<void> {
    const task = this.workingTask;
    if (task === null || !(await this.succeeds(() => call(task.assignment)))) return;
    this.drafts.forget(task.assignment.target_id);
    this.closeTask();
    await this.openNext();
  }

  /** A call of which the person must know that it failed. */
  private async succeeds(call: () => Promise<void>): Promise<boolean> {
    try {
      await call();
      this.trouble.value = null;
      return true;
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      this.trouble.value = error.reason;
      return false;
    }
  }
}
