import { plural } from "../../core/format";
import { photosTexts as texts } from "../../core/texts/photos";
import { StateBadge } from "../badge";
import { MaskedPhoto } from "../maskedPhoto";

export interface TilePhoto {
  id: number;
  name: string;
  width: number;
  height: number;
  image_url: string;
  targets: { id: number; status: string; mask_url: string; candidate_count: number }[];
}

/** One photo of the list: its masks, its states, how many candidates there are. */
export function PhotoTile({ photo }: { photo: TilePhoto }) {
  const states = [...new Set(photo.targets.map((target) => target.status))];
  const candidates = photo.targets.reduce((sum, target) => sum + target.candidate_count, 0);
  return (
    <a class="card photo-tile" href={`/photos/${photo.id}/`} data-testid="photo-tile">
      <MaskedPhoto
        imageUrl={photo.image_url}
        maskUrls={photo.targets.map((target) => target.mask_url)}
        width={photo.width}
        height={photo.height}
        label={photo.name}
        isTile
      />
      <div class="photo-tile-facts">
        <strong class="clip">{photo.name}</strong>
        <div class="row">
          {states.map((state) => (
            <StateBadge key={state} state={state} />
          ))}
          <span class="hint">
            {photo.targets.length === 0
              ? texts.noTargets
              : `${plural(photo.targets.length, "target")}, ${plural(candidates, "candidate")}`}
          </span>
        </div>
      </div>
    </a>
  );
}
