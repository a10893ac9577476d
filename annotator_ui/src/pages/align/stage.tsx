import { useEffect, useRef, useState } from "preact/hooks";
import type { AlignDesk } from "../../core/alignDesk";
import type { Pose } from "../../core/alignFrames";
import { type Grid, gridOf, maskOnGrid, overlap } from "../../core/alignOverlap";
import { depthResidual, type Points, readPoints } from "../../core/alignPoints";
import type { AlignTask } from "../../core/alignSession";
import { fitView, focusBox } from "../../core/alignView";
import { type Box, maskBox } from "../../core/outline";
import { alignTexts as own } from "../../core/texts/align";
import { PhotoLayers } from "../../ui/align/photoLayers";
import { AlignStage, NoAlignContextError } from "../../viewer/alignStage";
import type { Drawn } from "../../viewer/depthMaterial";
import { signedFetch } from "../../viewer/signedFetch";

interface LoadedMask {
  readonly onGrid: Uint8Array;
  /** In photo pixels. */
  readonly box: Box | null;
}

async function loadMask(task: AlignTask, signal: AbortSignal): Promise<LoadedMask> {
  const response = await signedFetch(task.mask_url, signal);
  if (!response.ok) throw new Error(`mask: ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("mask: no canvas");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const onGrid = maskOnGrid(data, bitmap.width, bitmap.height);
  const grid = gridOf(task.width, task.height);
  const box = maskBox(onGrid, grid.width, grid.height);
  const [x, y] = [task.width / grid.width, task.height / grid.height];
  bitmap.close();
  return {
    onGrid,
    box: box && { x: box.x * x, y: box.y * y, width: box.width * x, height: box.height * y },
  };
}

/** The task's mask on the grid; null until it is there. */
function useMask(task: AlignTask, onFault: (fault: string | null) => void): LoadedMask | null {
  const [mask, setMask] = useState<LoadedMask | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    setMask(null);
    loadMask(task, stop.signal).then(setMask, () => {
      if (!stop.signal.aborted) onFault(own.maskFailed);
    });
    return () => stop.abort();
  }, [task]);
  return mask;
}

async function loadPoints(url: string, grid: Grid, signal: AbortSignal): Promise<Points> {
  const response = await signedFetch(url, signal);
  const points = response.ok ? readPoints(await response.arrayBuffer(), grid) : null;
  if (points === null) throw new Error(`points: ${response.status}`);
  return points;
}

/** The photo's pointmap on the grid; null until it is there, or for good where there is none. */
function usePoints(task: AlignTask, onFault: (fault: string | null) => void): Points | null {
  const [points, setPoints] = useState<Points | null>(null);
  useEffect(() => {
    setPoints(null);
    if (task.points_url === null) return;
    const stop = new AbortController();
    loadPoints(task.points_url, gridOf(task.width, task.height), stop.signal).then(setPoints, () => {
      if (!stop.signal.aborted) onFault(own.pointsFailed);
    });
    return () => stop.abort();
  }, [task]);
  return points;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function useSize(element: { readonly current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 1, height: 1 });
  useEffect(() => {
    if (element.current === null) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return size;
}

/** Photo pane and side pane with the canvas over both. */
export function Stage({ desk, task }: { desk: AlignDesk; task: AlignTask }) {
  const { session } = desk;
  const canvas = useRef<HTMLCanvasElement>(null);
  const photo = useRef<HTMLDivElement>(null);
  const side = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<AlignStage | null>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [state, setState] = useState<"loading" | "ready" | "failed">("loading");
  const [isLost, setIsLost] = useState(false);
  const size = useSize(photo);
  const mask = useMask(task, setFault);
  const points = usePoints(task, setFault);
  const placing = session.placing.value;

  useEffect(() => {
    if (!canvas.current || !photo.current || !side.current) return;
    try {
      const made = new AlignStage(
        canvas.current,
        { photo: photo.current, side: side.current },
        {
          onGizmo: (pose) => {
            const now = session.placing.value;
            if (now !== null) session.drag({ ...now, pose });
          },
          onGizmoEnd: () => session.drop("gizmo"),
          onDrawn: setDrawn,
          onContext: setIsLost,
        },
      );
      setStage(made);
      return () => made.dispose();
    } catch (error) {
      if (!(error instanceof NoAlignContextError)) throw error;
      setFault(own.noWebGl);
    }
  }, []);

  useEffect(() => {
    if (stage === null) return;
    setState("loading");
    setDrawn(null);
    stage.load(task.mesh_url).then(
      () => setState("ready"),
      () => setState("failed"),
    );
  }, [stage, task]);

  const view = fitView(
    focusBox(mask?.box ?? null, desk.isZoomed.value, task.width, task.height),
    size.width,
    size.height,
  );
  useEffect(() => stage?.setView(view), [stage, view.x, view.y, view.width, view.height]);
  useEffect(() => {
    if (placing !== null) {
      stage?.setPlacing(placing.pose, { width: task.width, height: task.height, focal: placing.focal });
    }
  }, [stage, placing, task]);
  const look = {
    isSolid: desk.display.value === "solid",
    opacity: desk.opacity.value,
    gizmo: desk.handles.value,
    hasRing: desk.hasRing.value,
  };
  useEffect(() => stage?.setLook(look), [stage, look.isSolid, look.opacity, look.gizmo, look.hasRing]);
  useEffect(() => {
    if (mask === null || drawn === null) return;
    const iou = overlap(drawn.silhouette, mask.onGrid);
    session.iou.value = iou;
    if (session.startIou.value === null) session.startIou.value = iou;
  }, [mask, drawn]);
  useEffect(() => {
    stage?.setPoints(points, mask?.onGrid ?? null, gridOf(task.width, task.height));
  }, [stage, points, mask]);
  useEffect(() => {
    const isWhole = mask !== null && drawn !== null && points !== null;
    session.residual.value = isWhole ? depthResidual(drawn.depth, mask.onGrid, points) : null;
  }, [mask, drawn, points]);

  const hands = useHands(desk, stage, task, () => view.width / Math.max(1, size.width));
  return (
    <div class="align-stage" data-testid="stage" data-is-ready={state === "ready" && mask !== null && drawn !== null}>
      <div class="align-photo" ref={photo} data-testid="photo-pane" {...hands}>
        <PhotoLayers
          imageUrl={task.image_url}
          width={task.width}
          height={task.height}
          view={view}
          grid={gridOf(task.width, task.height)}
          mask={mask?.onGrid ?? null}
          drawn={drawn?.silhouette ?? null}
          display={desk.display.value}
        />
      </div>
      <div
        class="align-side"
        ref={side}
        data-testid="side-pane"
        title={task.points_url === null ? own.sideHint : own.sideHintPoints}
      >
        <span class="pane-name">{points === null ? own.sideView : own.sideViewPoints}</span>
      </div>
      <canvas class="align-canvas" ref={canvas} />
      {desk.display.value === "difference" && (
        <ul class="align-legend">
          {(["both", "over", "under"] as const).map((name) => (
            <li key={name} class={`legend-${name}`}>
              {own.legend[name]}
            </li>
          ))}
        </ul>
      )}
      <Notes state={state} fault={fault} isLost={isLost} />
    </div>
  );
}

function Notes({
  state,
  fault,
  isLost,
}: {
  state: "loading" | "ready" | "failed";
  fault: string | null;
  isLost: boolean;
}) {
  const text = fault ?? (isLost ? own.contextLost : state === "failed" ? own.meshFailed : null);
  if (text !== null) {
    return (
      <p class="align-note note is-bad" role="alert" data-testid="stage-note">
        {text}
      </p>
    );
  }
  return state === "loading" ? <p class="align-note note">{own.loadingMesh}</p> : null;
}

/** Dragging moves, dragging with the right button or Shift turns, the wheel changes the distance. */
function useHands(desk: AlignDesk, stage: AlignStage | null, task: AlignTask, pixelsPerPixel: () => number) {
  const start = useRef<{ pose: Pose; x: number; y: number; isTurn: boolean } | null>(null);
  const { session } = desk;
  const element = (event: PointerEvent): HTMLElement => event.currentTarget as HTMLElement;
  useEffect(() => {
    start.current = null;
  }, [task]);
  return {
    onPointerDown: (event: PointerEvent) => {
      const placing = session.placing.value;
      if (placing === null || !session.isOpen || stage === null || stage.isOnHandle) return;
      element(event).setPointerCapture(event.pointerId);
      start.current = {
        pose: placing.pose,
        x: event.clientX,
        y: event.clientY,
        isTurn: event.button === 2 || event.shiftKey,
      };
    },
    onPointerMove: (event: PointerEvent) => {
      const from = start.current;
      if (from === null) return;
      const [right, down] = [event.clientX - from.x, event.clientY - from.y];
      const factor = pixelsPerPixel();
      if (from.isTurn) desk.turnTo(from.pose, right, down);
      else desk.dragTo(from.pose, right * factor, down * factor);
    },
    onPointerUp: () => {
      if (start.current === null) return;
      start.current = null;
      session.drop("gizmo");
    },
    onPointerCancel: () => {
      start.current = null;
      session.drop("gizmo");
    },
    onContextMenu: (event: Event) => event.preventDefault(),
    onWheel: (event: WheelEvent) => {
      event.preventDefault();
      desk.wheel(event.deltaY, event.shiftKey);
    },
  };
}
