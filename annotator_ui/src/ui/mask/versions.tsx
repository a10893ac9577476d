import { maskTexts as texts } from "../../core/texts/mask";
import { Time } from "../time";

export interface ShownVersion {
  version: number;
  mask_url: string;
  created_by: string | null;
  reason: string;
  created_at: string;
  is_current: boolean;
}

/** Every mask that the object had, newest first; any of them can count again. */
export function MaskVersions(props: {
  versions: readonly ShownVersion[];
  isBusy: boolean;
  onRestore: (version: number) => void;
}) {
  return (
    <ol class="mask-versions" data-testid="mask-versions" reversed>
      {props.versions.map((one) => (
        <li key={one.version} class={one.is_current ? "is-current" : undefined}>
          <img src={one.mask_url} alt="" width={64} height={64} loading="lazy" />
          <div>
            <strong>{one.version}</strong> {one.reason || texts.first}
            <div class="hint">
              {one.version > 0 && `${one.created_by ?? texts.somebody}, `}
              <Time at={one.created_at} />
            </div>
          </div>
          {one.is_current ? (
            <span class="badge is-good">{texts.current}</span>
          ) : (
            <button
              type="button"
              class="button is-small"
              disabled={props.isBusy}
              aria-label={`${texts.restore} ${one.version}`}
              onClick={() => props.onRestore(one.version)}
            >
              {texts.restore}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
