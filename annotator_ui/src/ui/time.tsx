import { formatTime } from "../core/format";

/** A moment in the reader's own zone, on one line. */
export function Time({ at }: { at: string | null }) {
  return (
    <time class="time" dateTime={at ?? undefined}>
      {formatTime(at)}
    </time>
  );
}
