import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Point, Rect } from "../../core/maskGrid";
import type { MaskSession } from "../../core/maskSession";
import { fitted, type MaskView, panned, toPhoto, zoomed } from "../../core/maskView";
import { maskTexts as texts } from "../../core/texts/mask";
import { BoardPointer } from "./boardPointer";
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
    const hand = new BoardPointer(element, {
      session,
      view: () => view.current,
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
      hand.dispose();
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

function paintDot(context: CanvasRenderingContext2D, scale: number, at: Point, colour: string): void {
  context.beginPath();
  context.arc(at.x, at.y, 5 / scale, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 1.5 / scale;
  context.strokeStyle = "#000";
  context.stroke();
}

function paintMarks(context: CanvasRenderingContext2D, { session, view, pointer }: Scene): void {
  const corners = session.corners.value;
  const here = pointer === null ? null : toPhoto(view, pointer);
  if (corners.length > 0) {
    twoLines(context, view.scale, () => {
      for (const corner of here === null ? corners : [...corners, here]) context.lineTo(corner.x, corner.y);
      context.closePath();
    });
    for (const corner of corners) paintDot(context, view.scale, corner, "#fff");
  }
  const box: Rect | null = session.dragged.value ?? session.hints.value.box;
  if (box !== null) twoLines(context, view.scale, () => context.rect(box.x, box.y, box.width, box.height));
  for (const hint of session.hints.value.points) {
    paintDot(context, view.scale, hint, hint.is_inside ? "#1d9bf0" : "#d92b2b");
  }
  const tool = session.tool.value;
  if (here !== null && (tool === "brush" || tool === "eraser")) {
    twoLines(context, view.scale, () => context.arc(here.x, here.y, session.radius.value, 0, 2 * Math.PI));
  }
}
