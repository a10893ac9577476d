import type { Display } from "../../core/alignDesk";
import { difference, type Grid } from "../../core/alignOverlap";
import { outlinePath } from "../../core/outline";
import { alignTexts as own } from "../../core/texts/align";

export interface PhotoLayersProps {
  imageUrl: string;
  width: number;
  height: number;
  view: { x: number; y: number; width: number; height: number };
  grid: Grid;
  /** On the grid; null until it is there. */
  mask: Uint8Array | null;
  drawn: Uint8Array | null;
  display: Display;
}

/** The photo and, over it, borders and areas of mask and object: all of them counted on the same grid. */
export function PhotoLayers(props: PhotoLayersProps) {
  const { imageUrl, width, height, view, grid, mask, drawn, display } = props;
  const path = (pixels: Uint8Array): string => outlinePath(pixels, grid.width, grid.height);
  const areas = display === "difference" && mask && drawn ? difference(drawn, mask) : null;
  return (
    <svg
      class="align-layers"
      viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={own.photoAlt}
    >
      <image href={imageUrl} width={width} height={height} preserveAspectRatio="none" />
      <g transform={`scale(${width / grid.width} ${height / grid.height})`}>
        {areas && (
          <>
            <path class="area-both" d={path(areas.both)} />
            <path class="area-over" d={path(areas.over)} />
            <path class="area-under" d={path(areas.under)} />
          </>
        )}
        {mask && !areas && <Border class="border-mask" d={path(mask)} />}
        {drawn && display === "outline" && <Border class="border-object" d={path(drawn)} />}
      </g>
    </svg>
  );
}

function Border({ class: name, d }: { class: string; d: string }) {
  return (
    <>
      <path class="border-shade" d={d} vector-effect="non-scaling-stroke" />
      <path class={name} d={d} vector-effect="non-scaling-stroke" />
    </>
  );
}
