import { MaskedPhoto } from "../maskedPhoto";

export interface TileTarget {
  id: number;
  name: string;
  image_url: string;
  mask_url: string;
}

/** Tiles have one shape: the photo keeps its own inside. The size only gives the outline its raster. */
const RASTER = { width: 400, height: 300 };

/** An object to be pressed: its photo, its mask, its name. `isOn` makes it a switch. */
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
      <MaskedPhoto imageUrl={target.image_url} maskUrls={[]} {...RASTER} label="" isTile />
      <span class="photo-tile-facts">
        <strong class="clip">{target.name || label}</strong>
      </span>
    </button>
  );
}
