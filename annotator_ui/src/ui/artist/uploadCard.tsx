import { useState } from "preact/hooks";
import { formatAgo, formatBytes } from "../../core/format";
import { labelOf } from "../../core/states";
import { artistTexts as texts } from "../../core/texts/artist";
import { StateBadge } from "../badge";

export interface ShownUpload {
  id: string;
  version: number;
  state: string;
  file_name: string;
  size_bytes: number;
  report: Readonly<Record<string, unknown>>;
  refusal_reasons: readonly string[];
  review_reason: string;
  mesh_url: string | null;
  created_at: string;
}

export interface UploadCardProps {
  upload: ShownUpload;
  canReview: boolean;
  isBusy: boolean;
  isShown: boolean;
  onShow: () => void;
  onReview: (verdict: "approve" | "reject", reason: string) => void;
}

/** One version of an artist's mesh: what the checks found, what the reviewer said, and the review itself. */
export function UploadCard(props: UploadCardProps) {
  const { upload } = props;
  return (
    <article class={props.isShown ? "reject is-shown" : "reject"} data-testid="mesh-upload" data-state={upload.state}>
      <div class="card-head">
        <div class="row">
          <strong>v{upload.version}</strong>
          <span class="wrap">{upload.file_name}</span>
          <StateBadge state={upload.state} />
        </div>
        <span class="hint">
          {formatBytes(upload.size_bytes)}, {formatAgo(upload.created_at)}
        </span>
      </div>
      {upload.refusal_reasons.length > 0 && (
        <ul class="note is-bad plain-list">
          {upload.refusal_reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {upload.review_reason && <p class="note is-warn">{upload.review_reason}</p>}
      <Report report={upload.report} />
      {upload.mesh_url && (
        <div class="row">
          <button type="button" class="button is-small" aria-pressed={props.isShown} onClick={props.onShow}>
            {texts.show}
          </button>
          <a class="back" href={upload.mesh_url} download>
            {texts.downloadReject}
          </a>
        </div>
      )}
      {props.canReview && upload.state === "checked" && <Review isBusy={props.isBusy} onReview={props.onReview} />}
    </article>
  );
}

function Report({ report }: { report: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(report);
  if (entries.length === 0) return null;
  return (
    <details>
      <summary>{texts.report}</summary>
      <dl class="facts">
        {entries.map(([name, value]) => (
          <div key={name} class="fact">
            <dt>{labelOf(name)}</dt>
            <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Review({ isBusy, onReview }: Pick<UploadCardProps, "isBusy" | "onReview">) {
  const [reason, setReason] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const sendBack = () => {
    setIsMissing(!reason.trim());
    if (reason.trim()) onReview("reject", reason.trim());
  };
  return (
    <div class="stack" data-testid="review">
      <label class="field">
        <span>{texts.rejectReason}</span>
        <input
          type="text"
          value={reason}
          aria-invalid={isMissing}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        {isMissing && <small>{texts.reasonNeeded}</small>}
      </label>
      <div class="row">
        <button
          type="button"
          class="button is-primary"
          disabled={isBusy}
          onClick={() => onReview("approve", reason.trim())}
        >
          {texts.approve}
        </button>
        <button type="button" class="button is-danger" disabled={isBusy} onClick={sendBack}>
          {texts.reject}
        </button>
      </div>
    </div>
  );
}
