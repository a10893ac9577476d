import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { letterOf } from "../../core/letters";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { drawnMode } from "../../core/viewerModes";
import { Divider } from "../../ui/annotate/divider";
import { Pane } from "../../ui/annotate/pane";
import type { LoadFault } from "../../viewer/loading";
import type { PaneState } from "../../viewer/pane";
import type { Viewer } from "../../viewer/viewer";
import type { Desk } from "./desk";
import { columnsOf, type Slot } from "./slots";
import { assetProblemOf, openViewer, tellStats } from "./viewing";

const own = texts.annotate;

type States = ReadonlyMap<string, PaneState>;
type Place = { readonly current: HTMLDivElement | null };
type Twins = { readonly current: ReadonlyMap<string, string> | null };

/** Tells the desk which panes are drawn, and of which nothing more is to be expected: those and the failed ones. */
function tellDesk(desk: Desk, states: States): void {
  const keysOf = (isMeant: (state: PaneState) => boolean): ReadonlySet<string> =>
    new Set([...states].filter(([, state]) => isMeant(state)).map(([key]) => key));
  desk.drawn.value = keysOf((state) => state.kind === "ready");
  desk.settled.value = keysOf((state) => state.kind === "ready" || state.kind === "failed");
}

function sentence(fault: LoadFault): string {
  const reason = fault.kind === "http" ? own.meshReasons.http(fault.status) : own.meshReasons[fault.kind];
  return own.meshFailed(reason);
}

/** The page's one viewer, from its first task to its last. */
function useViewer(desk: Desk, place: Place, states: Signal<States>, divided: Twins) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewer = useSignal<Viewer | null>(null);
  useEffect(() => {
    if (canvas.current === null || place.current === null) return;
    const made = openViewer(canvas.current, place.current, {
      onPane: (key, state) => {
        states.value = new Map(states.value).set(key, state).set(divided.current?.get(key) ?? key, state);
        tellDesk(desk, states.value);
      },
      onFault: (url, fault) => {
        const kind = assetProblemOf(fault);
        if (kind !== null) desk.reportShape(url, kind);
      },
      onContext: (isLost) => {
        desk.graphics.value = isLost ? "lost" : "none";
      },
      onTurn: (degrees) => desk.session.looks.turn(degrees),
      onTurntable: (isOn) => {
        desk.isTurning.value = isOn;
      },
      onModes: (modes) => {
        desk.offeredModes.value = modes;
      },
    });
    if (made === null) desk.graphics.value = "no_webgl";
    viewer.value = made;
    desk.view = made;
    return () => made?.dispose();
  }, []);
  useEffect(() => viewer.value?.setMode(desk.mode.value), [desk.mode.value, viewer.value]);
  return { canvas, viewer: viewer.value };
}

/** Fetches this task's other candidates first, then those of the next tasks. */
function usePreloading(desk: Desk, place: Place, viewer: Viewer | null): void {
  const here = desk.session.task.value?.assignment;
  const ahead = desk.session.leases.ahead.value.map(({ assignment }) => assignment);
  useEffect(() => viewer?.resetView(), [viewer, here?.id]);
  useEffect(() => {
    const candidates = [...(here?.candidates ?? []), ...ahead.flatMap((task) => task.candidates)];
    const work = viewer?.preload(candidates.map((candidate) => candidate.mesh_url));
    void work?.then(() => tellStats(place.current, viewer));
  }, [viewer, here?.id, ahead.map(({ id }) => id).join()]);
}

/** Counts looking time only while every pane is drawn and the page is in front. */
function useLooking(desk: Desk, slots: readonly Slot[], shown: string): void {
  const isReady = desk.isStageReady.value;
  const mode = drawnMode(desk.mode.value, desk.offeredModes.value);
  const taskId = desk.session.task.value?.assignment.id;
  useEffect(() => {
    const ids = slots.map((slot) => slot.candidate.id);
    const look = (): void => desk.session.look(isReady && !document.hidden ? ids : [], mode);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [isReady, shown, mode, taskId]);
}

/** Whether two candidates stand in one place, and where the line between them is; both outlive the task. */
function useDivider(viewer: Viewer | null) {
  const isDividing = useSignal(false);
  const share = useSignal(0.5);
  useEffect(() => viewer?.setDivider(share.value), [viewer, share.value]);
  return { isDividing, share };
}

/** The panes and the one canvas over them. */
export function Stage({ desk }: { desk: Desk }) {
  const place = useRef<HTMLDivElement>(null);
  const elements = useRef(new Map<string, HTMLDivElement>());
  const states = useSignal<States>(new Map());
  // The left pane's key to that of the candidate drawn right of its divider: what becomes of the one becomes of both.
  const divided = useRef<ReadonlyMap<string, string>>(new Map());
  const { canvas, viewer } = useViewer(desk, place, states, divided);
  const slots = desk.slots.value;
  const { isDividing, share } = useDivider(viewer);
  const isDivided = isDividing.value && slots.length === 2;
  const shown = slots.map((slot) => slot.key).join();

  useLayoutEffect(() => {
    const asks = slots.flatMap(({ name, key, candidate }) => {
      const element = elements.current.get(name);
      const { mesh_url: url, lod_url: coarseUrl, preview_url: previewUrl } = candidate;
      return element === undefined ? [] : [{ key, element, url, coarseUrl, previewUrl }];
    });
    const keys = new Set(slots.map((slot) => slot.key));
    states.value = new Map([...states.value].filter(([key]) => keys.has(key)));
    tellDesk(desk, states.value);
    const [left, right] = asks;
    const isPair = isDivided && left !== undefined && right !== undefined;
    divided.current = new Map(isPair ? [[left.key, right.key]] : []);
    viewer?.setPanes(isPair ? [{ ...left, rightUrl: right.url, rightCoarseUrl: right.coarseUrl }] : asks);
  }, [shown, viewer, isDivided]);
  usePreloading(desk, place, viewer);
  useLooking(desk, slots, shown);

  return (
    <div
      class={`stage is-${desk.session.answer.value?.stage} ${isDivided ? "is-divided" : ""}`}
      style={{ gridTemplateColumns: `repeat(${columnsOf(slots.length)}, minmax(0, 1fr))` }}
      ref={place}
      data-testid="stage"
      data-mode={desk.mode.value}
      data-is-ready={desk.isStageReady.value}
    >
      {slots.map((slot) => (
        <StagePane
          key={slot.name}
          slot={slot}
          desk={desk}
          states={states}
          paneRef={(element) => {
            if (element === null) elements.current.delete(slot.name);
            else elements.current.set(slot.name, element);
          }}
        />
      ))}
      <canvas ref={canvas} />
      {slots.length === 2 && (
        <Divider
          isOn={isDivided}
          share={share.value}
          onToggle={() => {
            isDividing.value = !isDividing.value;
          }}
          onShare={(at) => {
            share.value = at;
          }}
        />
      )}
    </div>
  );
}

interface StagePaneProps {
  slot: Slot;
  desk: Desk;
  states: Signal<States>;
  paneRef: (element: HTMLDivElement | null) => void;
}

function remarkOn(slot: Slot, desk: Desk): string | null {
  if (slot.name === "better") return own.feedbackBetter;
  if (slot.name === "worse") return own.feedbackWorse;
  const answer = desk.session.answer.value;
  const rank = answer?.stage === "ranking" ? answer.ranks.get(slot.candidate.id) : undefined;
  return rank === undefined ? null : own.rankOf(rank);
}

/** The picture of a candidate as the pane's content, where no surface can be drawn. */
function pictureOf({ candidate, key }: Slot, desk: Desk, states: Signal<States>) {
  if (desk.graphics.value !== "no_webgl") return null;
  const settle = (state: PaneState): void => {
    states.value = new Map(states.value).set(key, state);
    tellDesk(desk, states.value);
  };
  return {
    url: candidate.preview_url ?? "",
    onSettled: (isShown: boolean) =>
      settle(
        isShown
          ? { kind: "ready", triangles: 0, hasColour: true }
          : { kind: "failed", fault: { kind: "http", status: 404 } },
      ),
  };
}

function StagePane({ slot, desk, states, paneRef }: StagePaneProps) {
  const { candidate, name } = slot;
  const task = desk.session.task.value;
  const state = states.value.get(slot.key);
  const codes = desk.session.answer.value?.reasons.get(candidate.id) ?? [];
  const labels = (task?.assignment.rejection_reasons ?? []).filter((reason) => codes.includes(reason.code));
  const key = name === "left" ? keysOf("reasons_left") : name === "right" ? keysOf("reasons_right") : undefined;
  const isAsked = desk.context.value !== "feedback" && name !== "winner";
  const picture = pictureOf(slot, desk, states);
  return (
    <Pane
      name={name}
      candidateId={candidate.id}
      letter={letterOf(task?.letters ?? [], candidate.id)}
      state={state?.kind ?? "loading"}
      fault={state?.kind === "failed" ? (picture ? own.pictureFailed : sentence(state.fault)) : null}
      remark={remarkOn(slot, desk)}
      picture={picture}
      reasons={labels.map((reason) => reason.label)}
      isSelected={isAsked && desk.selected.value === candidate.id}
      reasonsKey={key}
      onReasons={isAsked ? () => desk.openReasons(candidate.id) : undefined}
      onMark={desk.context.value === "ranking" ? () => desk.pick(candidate.id) : undefined}
      onRetry={() => desk.view?.retry()}
      paneRef={paneRef}
    />
  );
}
