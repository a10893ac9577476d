import { photosTexts as texts } from "../../core/texts/photos";
import { StateBadge } from "../badge";

export interface ShownRequest {
  id: number;
  generator: string;
  n: number;
  state: string;
  attempts: number;
  failure_reason: string;
}

/** Requests for candidates with their reason and a way to retry what failed. */
export function RequestTable(props: {
  requests: readonly ShownRequest[];
  columns: Record<"generator" | "n" | "state" | "attempts" | "reason", string>;
  isBusy: boolean;
  onRetry: (id: number) => void;
}) {
  const { columns } = props;
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>{columns.generator}</th>
            <th>{columns.state}</th>
            <th class="number">{columns.n}</th>
            <th class="number">{columns.attempts}</th>
            <th>{columns.reason}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {props.requests.map((request) => (
            <tr key={request.id} data-request-id={request.id}>
              <td>{request.generator}</td>
              <td>
                <StateBadge state={request.state} />
              </td>
              <td class="number">{request.n}</td>
              <td class="number">{request.attempts}</td>
              <td class="wrap">{request.failure_reason || "–"}</td>
              <td>
                {request.state === "failed" && (
                  <button
                    type="button"
                    class="button is-small"
                    disabled={props.isBusy}
                    onClick={() => props.onRetry(request.id)}
                  >
                    {texts.retry}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
