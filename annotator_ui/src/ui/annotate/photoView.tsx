import { useEffect, useState } from "preact/hooks";
import { grow } from "../../core/outline";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { KeyButton } from "./keyButton";
import { loadMask, type MaskShape } from "./mask";

export interface PhotoViewProps {
  imageUrl: string;
  maskUrl: string;
  width: number;
  height: number;
  isZoomed: boolean;
  hasOutline: boolean;
  onZoom: () => void;
  onOutline: () => void;
  /** Absent where a bad outline cannot be reported. */
  onFlag?: (() => void) | undefined;
}

const own = texts.annotate;

/** The photo with the object's outline; zoomed, it shows the object with a margin. */
export function PhotoView(props: PhotoViewProps) {
  const { imageUrl, maskUrl, width, height } = props;
  const [mask, setMask] = useState<MaskShape | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [failedUrl, setFailedUrl] = useState<string | null>(null);
  const [nTries, setTries] = useState(0);

  useEffect(() => {
    const again = (): void => {
      setFailedUrl(null);
      setTries((n) => n + 1);
    };
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);

  useEffect(() => {
    const stop = new AbortController();
    setMask(null);
    setFault(null);
    loadMask(maskUrl, stop.signal).then(setMask, () => {
      if (!stop.signal.aborted) setFault(own.maskFailed);
    });
    return () => stop.abort();
  }, [maskUrl, nTries]);

  const view = viewOf(props, mask);
  return (
    <figure class="photo-view" data-testid="photo" data-is-zoomed={props.isZoomed} data-has-mask={mask !== null}>
      <svg viewBox={view} role="img" aria-label={own.photoAlt} preserveAspectRatio="xMidYMid meet">
        {failedUrl !== imageUrl && (
          <image href={imageUrl} width={width} height={height} onError={() => setFailedUrl(imageUrl)} />
        )}
        {mask && props.hasOutline && (
          <g transform={`scale(${width / mask.width} ${height / mask.height})`}>
            <path class="outline-halo" d={mask.path} vector-effect="non-scaling-stroke" />
            <path class="outline-line" d={mask.path} vector-effect="non-scaling-stroke" />
          </g>
        )}
      </svg>
      {(fault || failedUrl === imageUrl) && (
        <p class="note is-warn" role="alert">
          {failedUrl === imageUrl ? own.photoFailed : fault}
        </p>
      )}
      <figcaption class="row">
        <KeyButton
          class="is-small"
          keyLabel={keysOf("photo_zoom")}
          onPress={props.onZoom}
          isPressed={props.isZoomed}
          testId="photo-zoom"
        >
          {props.isZoomed ? own.zoomOut : own.zoomIn}
        </KeyButton>
        <KeyButton
          class="is-small"
          keyLabel={keysOf("photo_outline")}
          onPress={props.onOutline}
          isPressed={props.hasOutline}
        >
          {own.outline}
        </KeyButton>
        {props.onFlag && (
          <KeyButton
            class="is-small is-quiet"
            testId="flag-mask"
            title={own.actions.flag_mask}
            keyLabel={keysOf("flag_mask")}
            onPress={props.onFlag}
          >
            {own.flagMask}
          </KeyButton>
        )}
      </figcaption>
    </figure>
  );
}

function viewOf({ isZoomed, width, height }: PhotoViewProps, mask: MaskShape | null): string {
  if (!isZoomed || mask?.box == null) return `0 0 ${width} ${height}`;
  const [x, y] = [width / mask.width, height / mask.height];
  const box = { x: mask.box.x * x, y: mask.box.y * y, width: mask.box.width * x, height: mask.box.height * y };
  const shown = grow(box, 0.12, width, height);
  return `${shown.x} ${shown.y} ${shown.width} ${shown.height}`;
}
