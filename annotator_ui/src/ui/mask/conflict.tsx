import { useEffect, useState } from "preact/hooks";
import type { MaskGrid } from "../../core/maskGrid";
import { maskTexts as texts } from "../../core/texts/mask";
import { pictureOf } from "./pictures";
import type { ShownVersion } from "./versions";

/** Two people drew at once: both masks side by side, and whose shall count. */
export function MaskConflict(props: {
  mine: MaskGrid;
  theirs: ShownVersion;
  isBusy: boolean;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}) {
  const [mineUrl, setMineUrl] = useState("");
  useEffect(() => {
    let url = "";
    let isGone = false;
    void pictureOf(props.mine).then((picture) => {
      if (isGone) return;
      url = URL.createObjectURL(picture);
      setMineUrl(url);
    });
    return () => {
      isGone = true;
      if (url) URL.revokeObjectURL(url);
    };
  }, [props.mine]);
  const theirsText = texts.theirs(props.theirs.version, props.theirs.created_by ?? texts.somebody);
  return (
    <section class="note is-warn stack" role="alert" data-testid="mask-conflict">
      <strong>{texts.conflictHeading}</strong>
      <p>{texts.conflictBody}</p>
      <div class="mask-conflict">
        <figure>
          {mineUrl && <img src={mineUrl} alt={texts.mine} />}
          <figcaption>{texts.mine}</figcaption>
        </figure>
        <figure>
          <img src={props.theirs.mask_url} alt={theirsText} />
          <figcaption>
            {theirsText}: {props.theirs.reason}
          </figcaption>
        </figure>
      </div>
      <div class="row">
        <button type="button" class="button is-primary" disabled={props.isBusy} onClick={props.onKeepMine}>
          {texts.keepMine}
        </button>
        <button type="button" class="button" disabled={props.isBusy} onClick={props.onTakeTheirs}>
          {texts.takeTheirs}
        </button>
      </div>
    </section>
  );
}
