import { formatClock, formatSeconds } from "../../core/format";
import { labelOf } from "../../core/states";

export interface TimelineLine {
  state: string;
  at: string;
  note?: string;
}

/** What happened when, and how long each state lasted. */
export function Timeline({ lines }: { lines: readonly TimelineLine[] }) {
  return (
    <ol class="timeline" data-testid="timeline">
      {lines.map((line, index) => {
        const next = lines[index + 1];
        const lasted = next ? formatSeconds((Date.parse(next.at) - Date.parse(line.at)) / 1000) : "";
        return (
          <li key={`${line.state}${line.at}`}>
            <strong>{labelOf(line.state)}</strong> <span class="hint">{lasted}</span>
            <div class="hint" title={line.at}>
              {formatClock(line.at)}
            </div>
            {line.note && <div class="wrap">{line.note}</div>}
          </li>
        );
      })}
    </ol>
  );
}
