import { useRef } from "preact/hooks";

export interface DraggedLetterProps {
  letter: string;
  isSelected: boolean;
  onPick: () => void;
  /** The rank of the shelf it was let go over; null for the shelf of the dropped. */
  onDrop: (rank: number | null) => void;
}

const FAR = 6;

function shelfAt(x: number, y: number): HTMLElement | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-rank]") ?? null;
}

/**
 * A candidate's letter that can be dragged onto a shelf, by mouse, pen or finger; a press without moving marks it, and
 * the shelves' heads do the rest for whoever cannot drag.
 */
export function DraggedLetter({ letter, isSelected, onPick, onDrop }: DraggedLetterProps) {
  const from = useRef<{ x: number; y: number } | null>(null);
  const move = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    if (from.current === null) return;
    const [x, y] = [event.clientX - from.current.x, event.clientY - from.current.y];
    if (Math.hypot(x, y) < FAR) return;
    event.currentTarget.classList.add("is-dragged");
    event.currentTarget.style.translate = `${x}px ${y}px`;
  };
  const end = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { currentTarget: chip } = event;
    const wasDragged = chip.classList.contains("is-dragged");
    // Out of the way first: it lies over the shelf that is looked for.
    chip.style.visibility = wasDragged ? "hidden" : "";
    const shelf = wasDragged ? shelfAt(event.clientX, event.clientY) : null;
    chip.style.visibility = "";
    chip.style.translate = "";
    chip.classList.remove("is-dragged");
    from.current = null;
    if (shelf !== null) onDrop(shelf.dataset.rank === "none" ? null : Number(shelf.dataset.rank));
  };
  return (
    <button
      type="button"
      class={isSelected ? "letter is-grip is-selected" : "letter is-grip"}
      aria-pressed={isSelected}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onClick={onPick}
      data-testid={`letter-${letter}`}
    >
      {letter}
    </button>
  );
}
