import { useState } from "preact/hooks";
import { MaskedPhoto } from "../maskedPhoto";

export interface TileTarget {
  id: number;
  name: string;
  image_url: string;
  mask_url: string;
}

/** Until the photo is there: any size will do, for nothing is drawn over it yet. */
const UNKNOWN = { width: 4, height: 3 };

/** A photo with one object outlined, where only their addresses are known. The outline waits for the photo's size. */
export function OutlinedPhoto({ target, label, isTile }: { target: TileTarget; label: string; isTile?: boolean }) {
  const [size, setSize] = useState<typeof UNKNOWN | null>(null);
  const measure = (event: Event): void => {
    if (event.target instanceof HTMLImageElement) {
      setSize({ width: event.target.naturalWidth, height: event.target.naturalHeight });
    }
  };
  return (
    <div onLoadCapture={measure}>
      <MaskedPhoto
        imageUrl={target.image_url}
        maskUrls={size ? [target.mask_url] : []}
        {...(size ?? UNKNOWN)}
        label={label}
        isTile={isTile ?? false}
      />
    </div>
  );
}

/** An object to be pressed: its photo, its outline, its name. `isOn` makes it a switch. */
export function TargetTile(props: { target: TileTarget; label: string; isOn?: boolean; onPress: () => void }) {
  const { target, label, isOn, onPress } = props;
  return (
    <button
      type="button"
      class={isOn ? "card photo-tile target-tile is-on" : "card photo-tile target-tile"}
      aria-pressed={isOn}
      data-testid="target-tile"
      data-target-id={target.id}
      onClick={onPress}
    >
      <OutlinedPhoto target={target} label="" isTile />
      <span class="photo-tile-facts">
        <strong class="clip">{target.name || label}</strong>
      </span>
    </button>
  );
}
