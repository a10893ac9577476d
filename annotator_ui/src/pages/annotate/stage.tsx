import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { letterOf } from "../../core/letters";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { Pane } from "../../ui/annotate/pane";
import type { LoadFault } from "../../viewer/loading";
import type { PaneState } from "../../viewer/pane";
import type { Viewer } from "../../viewer/viewer";
import type { Desk } from "./desk";
import { type Slot, slotsOf } from "./slots";
import { type GraphicsTrouble, openViewer, tellStats } from "./viewing";

const own = texts.annotate;

type States = ReadonlyMap<string, PaneState>;
type Place = { readonly current: HTMLDivElement | null };

/** Panes of which nothing more is to be expected: drawn, or failed and saying so. */
function settledOf(states: States): ReadonlySet<string> {
  return new Set([...states].filter(([, state]) => state.kind !== "loading").map(([key]) => key));
}

function sentence(fault: LoadFault): string {
  const reason = fault.kind === "http" ? own.meshReasons.http(fault.status) : own.meshReasons[fault.kind];
  return own.meshFailed(reason);
}

/** The page's one viewer, from its first task to its last. */
function useViewer(desk: Desk, place: Place, states: Signal<States>, trouble: Signal<GraphicsTrouble>) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewer = useSignal<Viewer | null>(null);
  useEffect(() => {
    if (canvas.current === null || place.current === null) return;
    const made = openViewer(canvas.current, place.current, {
      onPane: (key, state) => {
        states.value = new Map(states.value).set(key, state);
        desk.settled.value = settledOf(states.value);
      },
      onContext: (isLost) => {
        trouble.value = isLost ? "lost" : "none";
      },
    });
    if (made === null) trouble.value = "no_webgl";
    viewer.value = made;
    desk.view = made;
    return () => made?.dispose();
  }, []);
  useEffect(() => viewer.value?.setMode(desk.mode.value), [desk.mode.value, viewer.value]);
  return { canvas, viewer: viewer.value };
}

/** Fetches this task's other candidates first, then those of the next one. */
function usePreloading(desk: Desk, place: Place, viewer: Viewer | null): void {
  const here = desk.session.task.value?.assignment;
  const ahead = desk.session.ahead.value?.assignment;
  useEffect(() => viewer?.resetView(), [viewer, here?.id]);
  useEffect(() => {
    const candidates = [...(here?.candidates ?? []), ...(ahead?.candidates ?? [])];
    const work = viewer?.preload(candidates.map((candidate) => candidate.mesh_url));
    void work?.then(() => tellStats(place.current, viewer));
  }, [viewer, here?.id, ahead?.id]);
}

/** Counts looking time only while every pane is drawn and the page is in front. */
function useLooking(desk: Desk, shown: string): void {
  const isReady = desk.isStageReady.value;
  useEffect(() => {
    const look = (): void => desk.session.look(isReady && !document.hidden);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [isReady, shown]);
}

/** The panes and the one canvas over them. */
export function Stage({ desk, trouble }: { desk: Desk; trouble: Signal<GraphicsTrouble> }) {
  const place = useRef<HTMLDivElement>(null);
  const elements = useRef(new Map<string, HTMLDivElement>());
  const states = useSignal<States>(new Map());
  const { canvas, viewer } = useViewer(desk, place, states, trouble);
  const slots = slotsOf(desk.session.task.value, desk.session.hill.value);
  const shown = slots.map((slot) => slot.key).join();

  useLayoutEffect(() => {
    const asks = slots.flatMap(({ name, key, candidate }) => {
      const element = elements.current.get(name);
      return element === undefined ? [] : [{ key, element, url: candidate.mesh_url }];
    });
    const keys = new Set(slots.map((slot) => slot.key));
    states.value = new Map([...states.value].filter(([key]) => keys.has(key)));
    desk.settled.value = settledOf(states.value);
    viewer?.setPanes(asks);
  }, [shown, viewer]);
  usePreloading(desk, place, viewer);
  useLooking(desk, shown);

  return (
    <div
      class={`stage is-${desk.session.hill.value?.stage}`}
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
          state={states.value.get(slot.key)}
          hasViewer={viewer !== null}
          paneRef={(element) => {
            if (element === null) elements.current.delete(slot.name);
            else elements.current.set(slot.name, element);
          }}
        />
      ))}
      <canvas ref={canvas} />
    </div>
  );
}

interface StagePaneProps {
  slot: Slot;
  desk: Desk;
  state: PaneState | undefined;
  hasViewer: boolean;
  paneRef: (element: HTMLDivElement | null) => void;
}

function StagePane({ slot, desk, state, hasViewer, paneRef }: StagePaneProps) {
  const { candidate, name } = slot;
  const task = desk.session.task.value;
  const codes = desk.session.hill.value?.reasons.get(candidate.id) ?? [];
  const labels = (task?.assignment.rejection_reasons ?? []).filter((reason) => codes.includes(reason.code));
  const key = name === "left" ? keysOf("reasons_left") : name === "right" ? keysOf("reasons_right") : undefined;
  return (
    <Pane
      name={name}
      candidateId={candidate.id}
      letter={letterOf(task?.letters ?? [], candidate.id)}
      state={state?.kind ?? (hasViewer ? "loading" : "failed")}
      fault={state?.kind === "failed" ? sentence(state.fault) : null}
      reasons={labels.map((reason) => reason.label)}
      isSelected={desk.selected.value === candidate.id}
      reasonsKey={key}
      onReasons={name === "winner" ? undefined : () => desk.openReasons(candidate.id)}
      onRetry={() => desk.view?.retry()}
      paneRef={paneRef}
    />
  );
}
