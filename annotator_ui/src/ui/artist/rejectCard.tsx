import { artistTexts as texts } from "../../core/texts/artist";

export interface ShownReject {
  id: string;
  mesh_url: string;
  preview_url: string | null;
  reasons: readonly string[];
}

/** One refused candidate: preview, the reasons that people gave, and ways to look at it. */
export function RejectCard(props: {
  reject: ShownReject;
  isShown: boolean;
  labelOf: (code: string) => string;
  onShow: () => void;
}) {
  const { reject } = props;
  return (
    <div class={props.isShown ? "reject is-shown" : "reject"} data-testid="reject">
      {reject.preview_url && <img class="reject-preview" src={reject.preview_url} alt="" loading="lazy" />}
      <span class="hint">{reject.reasons.map(props.labelOf).join(", ") || texts.noReasons}</span>
      <div class="row">
        <button type="button" class="button is-small" aria-pressed={props.isShown} onClick={props.onShow}>
          {texts.show}
        </button>
        <a class="back" href={reject.mesh_url} download>
          {texts.downloadReject}
        </a>
      </div>
    </div>
  );
}
