import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Point, Rect } from "../../core/maskGrid";
import type { MaskSession } from "../../core/maskSession";
import { fitted, type MaskView, panned, toPhoto, zoomed } from "../../core/maskView";
import { maskTexts as texts } from "../../core/texts/mask";
import { MaskLayer } from "./pictures";

// Seen on every photo: no thing is magenta, and the proposal's cyan is its opposite.
const MASK_TINT = [255, 0, 160] as const;
const PROPOSAL_TINT = [0, 200, 255] as const;

/** What the page's keys may do with the board. */
export interface BoardHandle {
  zoom: (factor: number) => void;
  fit: () => void;
}

export interface MaskBoardProps {
  session: MaskSession;
  photo: ImageBitmap;
  /** 0 to 1. */
  opacity: number;
  isHidden: boolean;
  handle: { current: BoardHandle | null };
}

/** The photo with the mask over it: draws, zooms with the wheel, pans with the middle button, Space or two fingers. */
export function MaskBoard({ session, photo, opacity, isHidden, handle }: MaskBoardProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<MaskView>({ scale: 1, x: 0, y: 0 });
  const pointer = useRef<Point | null>(null);
  const [isPanning, setIsPanning] = useState(false);
  const layers = useMemo(() => {
    const { width, height } = session.grid;
    return {
      mask: new MaskLayer(width, height, MASK_TINT),
      proposal: new MaskLayer(width, height, PROPOSAL_TINT),
    };
  }, [session]);
  const frame = useRef(0);
  const shown = useRef({ opacity, isHidden });
  shown.current = { opacity, isHidden };

  const redraw = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      if (canvas.current !== null) {
        paint(canvas.current, {
          session,
          photo,
          view: view.current,
          layers,
          pointer: pointer.current,
          ...shown.current,
        });
      }
    });
  };
  const size = () => ({ width: canvas.current?.clientWidth ?? 1, height: canvas.current?.clientHeight ?? 1 });
  const look = (next: MaskView) => {
    view.current = next;
    redraw();
  };
  const zoom = (factor: number, at: Point) => look(zoomed(view.current, factor, at, session.grid, size()));
  handle.current = {
    zoom: (factor) => zoom(factor, pointer.current ?? { x: size().width / 2, y: size().height / 2 }),
    fit: () => look(fitted(session.grid, size())),
  };

  useSignalEffect(() => {
    layers.mask.draw(session.grid.pixels_HW, session.changed.value.rect);
    redraw();
  });
  useSignalEffect(() => {
    if (session.proposal.value !== null) layers.proposal.draw(session.proposal.value, session.grid.whole);
    redraw();
  });
  useSignalEffect(() => {
    // Read, so that a change of any of them draws anew.
    void [session.corners.value, session.hints.value, session.dragged.value, session.radius.value, session.tool.value];
    redraw();
  });
  useEffect(redraw, [opacity, isHidden]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    let isFirst = true;
    const observer = new ResizeObserver(() => {
      element.width = Math.round(element.clientWidth * devicePixelRatio);
      element.height = Math.round(element.clientHeight * devicePixelRatio);
      if (isFirst) handle.current?.fit();
      isFirst = false;
      redraw();
    });
    observer.observe(element);
    const stop = followPointer(element, {
      session,
      view: () => view.current,
      onView: look,
      zoom,
      pan: (by) => look(panned(view.current, by, session.grid, size())),
      onPointer: (at) => {
        pointer.current = at;
        redraw();
      },
      setIsPanning,
    });
    return () => {
      observer.disconnect();
      stop();
      cancelAnimationFrame(frame.current);
    };
  }, [session]);
  return (
    <canvas
      ref={canvas}
      class={isPanning ? "mask-board is-panning" : "mask-board"}
      tabIndex={0}
      role="img"
      aria-label={texts.board}
      data-testid="mask-board"
    />
  );
}

interface PointerUse {
  session: MaskSession;
  view: () => MaskView;
  onView: (view: MaskView) => void;
  zoom: (factor: number, at: Point) => void;
  pan: (by: Point) => void;
  onPointer: (at: Point | null) => void;
  setIsPanning: (isPanning: boolean) => void;
}

/** Left draws; middle, right or Space pans; two fingers pan and zoom. Gives what undoes it. */
function followPointer(element: HTMLCanvasElement, use: PointerUse): () => void {
  const fingers = new Map<number, Point>();
  let panFrom: Point | null = null;
  let isDrawing = false;
  let isSpaceHeld = false;
  const at = (event: PointerEvent | WheelEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const inPhoto = (event: PointerEvent) => toPhoto(use.view(), at(event));
  const down = (event: PointerEvent) => {
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    fingers.set(event.pointerId, at(event));
    if (fingers.size === 2) {
      use.session.cancel();
      isDrawing = false;
    } else if (event.button !== 0 || isSpaceHeld) {
      panFrom = at(event);
      use.setIsPanning(true);
    } else {
      isDrawing = true;
      use.session.press(inPhoto(event), event.shiftKey);
    }
    event.preventDefault();
  };
  const move = (event: PointerEvent) => {
    const now = at(event);
    use.onPointer(now);
    const before = fingers.get(event.pointerId);
    if (before !== undefined) fingers.set(event.pointerId, now);
    if (fingers.size === 2 && before !== undefined) pinch(before, now, event.pointerId);
    else if (panFrom !== null) {
      use.pan({ x: now.x - panFrom.x, y: now.y - panFrom.y });
      panFrom = now;
    } else if (isDrawing) {
      // The browser bundles moves; a quick stroke would otherwise be a polygon.
      for (const part of event.getCoalescedEvents?.() ?? [event]) use.session.move(inPhoto(part), event.shiftKey);
    }
  };
  const pinch = (before: Point, now: Point, id: number) => {
    const other = [...fingers].find(([key]) => key !== id)?.[1];
    if (other === undefined) return;
    const distance = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    use.zoom(distance(now) / distance(before), other);
  };
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (isDrawing) use.session.release(inPhoto(event), event.shiftKey);
    isDrawing = false;
    panFrom = null;
    use.setIsPanning(false);
  };
  const cancel = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    use.session.cancel();
    isDrawing = false;
    panFrom = null;
  };
  const leave = () => use.onPointer(null);
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    use.zoom(Math.exp(-event.deltaY / 400), at(event));
  };
  const noMenu = (event: Event) => event.preventDefault();
  const space = (event: KeyboardEvent) => {
    if (event.key !== " " || event.target !== element) return;
    isSpaceHeld = event.type === "keydown";
    event.preventDefault();
  };
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", cancel);
  element.addEventListener("pointerleave", leave);
  element.addEventListener("wheel", wheel, { passive: false });
  element.addEventListener("contextmenu", noMenu);
  window.addEventListener("keydown", space);
  window.addEventListener("keyup", space);
  return () => {
    window.removeEventListener("keydown", space);
    window.removeEventListener("keyup", space);
  };
}

interface Scene {
  session: MaskSession;
  photo: ImageBitmap;
  view: MaskView;
  layers: { mask: MaskLayer; proposal: MaskLayer };
  pointer: Point | null;
  opacity: number;
  isHidden: boolean;
}

function paint(canvas: HTMLCanvasElement, scene: Scene): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { session, view } = scene;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  const ratio = devicePixelRatio;
  context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
  // Single pixels are to be seen when they are large.
  context.imageSmoothingEnabled = view.scale < 3;
  context.drawImage(scene.photo, 0, 0, session.grid.width, session.grid.height);
  if (!scene.isHidden) {
    context.globalAlpha = session.proposal.value === null ? scene.opacity : scene.opacity / 3;
    context.drawImage(scene.layers.mask.canvas, 0, 0);
    context.globalAlpha = scene.opacity;
    if (session.proposal.value !== null) context.drawImage(scene.layers.proposal.canvas, 0, 0);
  }
  context.globalAlpha = 1;
  paintMarks(context, scene);
}

/** Lines over the photo, dark below light, so that they are seen on both. `draw` makes the path. */
function twoLines(context: CanvasRenderingContext2D, scale: number, draw: () => void): void {
  for (const [width, colour] of [
    [3.5, "rgb(0 0 0 / 70%)"],
    [1.5, "#fff"],
  ] as const) {
    context.lineWidth = width / scale;
    context.strokeStyle = colour;
    context.beginPath();
    draw();
    context.stroke();
  }
}

function paintMarks(context: CanvasRenderingContext2D, { session, view, pointer }: Scene): void {
  const corners = session.corners.value;
  const here = pointer === null ? null : toPhoto(view, pointer);
  if (corners.length > 0) {
    twoLines(context, view.scale, () => {
      for (const corner of here === null ? corners : [...corners, here]) context.lineTo(corner.x, corner.y);
      context.closePath();
    });
  }
  const box: Rect | null = session.dragged.value ?? session.hints.value.box;
  if (box !== null) twoLines(context, view.scale, () => context.rect(box.x, box.y, box.width, box.height));
  for (const hint of session.hints.value.points) {
    context.beginPath();
    context.arc(hint.x, hint.y, 5 / view.scale, 0, 2 * Math.PI);
    context.fillStyle = hint.is_inside ? "#1d9bf0" : "#d92b2b";
    context.fill();
    twoLines(context, view.scale, () => context.arc(hint.x, hint.y, 6 / view.scale, 0, 2 * Math.PI));
  }
  const tool = session.tool.value;
  if (here !== null && (tool === "brush" || tool === "eraser")) {
    twoLines(context, view.scale, () => context.arc(here.x, here.y, session.radius.value, 0, 2 * Math.PI));
  }
}
