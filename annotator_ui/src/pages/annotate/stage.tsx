import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { letterOf } from "../../core/letters";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { Pane } from "../../ui/annotate/pane";
import type { LoadFault } from "../../viewer/loading";
import type { PaneState } from "../../viewer/pane";
import { NoWebGlError, Viewer } from "../../viewer/viewer";
import type { Desk } from "./desk";
import { type Slot, slotsOf } from "./slots";

const own = texts.annotate;

/** Panes of which nothing more is to be expected: drawn, or failed and saying so. */
function settledOf(states: ReadonlyMap<string, PaneState>): ReadonlySet<string> {
  return new Set([...states].filter(([, state]) => state.kind !== "loading").map(([key]) => key));
}

function sentence(fault: LoadFault): string {
  const reason = fault.kind === "http" ? own.meshReasons.http(fault.status) : own.meshReasons[fault.kind];
  return own.meshFailed(reason);
}

export interface StageProps {
  desk: Desk;
  onNoWebGl: () => void;
  onContext: (isLost: boolean) => void;
}

/** The panes and the one canvas over them. */
export function Stage({ desk, onNoWebGl, onContext }: StageProps) {
  const { session } = desk;
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const elements = useRef(new Map<string, HTMLDivElement>());
  const viewer = useRef<Viewer | null>(null);
  const states = useSignal<ReadonlyMap<string, PaneState>>(new Map());
  const [hasViewer, setHasViewer] = useState(false);
  const slots = slotsOf(session.task.value, session.hill.value);
  const shown = slots.map((slot) => slot.key).join();

  useEffect(() => {
    if (canvas.current === null || root.current === null) return;
    const place = root.current;
    try {
      const made = new Viewer(canvas.current, {
        onPane: (key, state) => {
          states.value = new Map(states.value).set(key, state);
          desk.settled.value = settledOf(states.value);
        },
        onCamera: (orbit) => {
          place.dataset.camera = JSON.stringify(orbit);
        },
        onContext,
      });
      viewer.current = made;
      desk.view = made;
      made.resetView();
      setHasViewer(true);
      return () => made.dispose();
    } catch (error) {
      if (!(error instanceof NoWebGlError)) throw error;
      onNoWebGl();
    }
  }, []);

  useLayoutEffect(() => {
    const asks = slots.flatMap(({ name, key, candidate }) => {
      const element = elements.current.get(name);
      return element === undefined ? [] : [{ key, element, url: candidate.mesh_url }];
    });
    const keys = new Set(slots.map((slot) => slot.key));
    states.value = new Map([...states.value].filter(([key]) => keys.has(key)));
    desk.settled.value = settledOf(states.value);
    viewer.current?.setPanes(asks);
  }, [shown, hasViewer]);

  const assignmentId = session.task.value?.assignment.id;
  useEffect(() => viewer.current?.resetView(), [assignmentId]);
  useEffect(() => viewer.current?.setMode(desk.mode.value), [desk.mode.value, hasViewer]);

  // This task's other candidates first, then those of the next one.
  const here = session.task.value?.assignment.candidates ?? [];
  const ahead = session.ahead.value?.assignment;
  useEffect(() => {
    const urls = [...here, ...(ahead?.candidates ?? [])].map((candidate) => candidate.mesh_url);
    void viewer.current?.preload(urls).then(() => tellStats(root.current, viewer.current));
  }, [assignmentId, ahead?.id, hasViewer]);

  const isReady = desk.isStageReady.value;
  useEffect(() => {
    const look = (): void => session.look(isReady && !document.hidden);
    look();
    tellStats(root.current, viewer.current);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [isReady, shown]);

  const stage = session.hill.value?.stage;
  return (
    <div class={`stage is-${stage}`} ref={root} data-testid="stage" data-mode={desk.mode.value} data-is-ready={isReady}>
      {slots.map((slot) => (
        <StagePane
          key={slot.name}
          slot={slot}
          desk={desk}
          state={states.value.get(slot.key)}
          hasViewer={hasViewer}
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

/** For tests that watch graphics memory over many tasks. */
function tellStats(place: HTMLElement | null, viewer: Viewer | null): void {
  if (place === null || viewer === null) return;
  const { geometries, textures, models } = viewer.stats();
  place.dataset.geometries = String(geometries);
  place.dataset.textures = String(textures);
  place.dataset.models = String(models);
}
