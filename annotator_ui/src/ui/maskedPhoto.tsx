import { useEffect, useState } from "preact/hooks";
import { outlinePath } from "../core/outline";

export interface MaskedPhotoProps {
  imageUrl: string;
  maskUrls: readonly string[];
  width: number;
  height: number;
  label: string;
  /** A tile has the shape of its neighbours, whatever the photo's shape. */
  isTile?: boolean;
}

/** A photo with the border of each mask drawn over it. */
export function MaskedPhoto({ imageUrl, maskUrls, width, height, label, isTile }: MaskedPhotoProps) {
  const [paths, setPaths] = useState<string[]>([]);
  const key = maskUrls.join("\n");
  useEffect(() => {
    let isGone = false;
    const urls = key ? key.split("\n") : [];
    Promise.all(urls.map(maskOutline)).then((found) => {
      if (!isGone) setPaths(found);
    });
    return () => {
      isGone = true;
    };
  }, [key]);
  return (
    <div class={isTile ? "masked-photo is-tile" : "masked-photo"} style={isTile ? undefined : shapeOf(width, height)}>
      <img src={imageUrl} alt={label} loading="lazy" />
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" data-outlines={paths.filter(Boolean).length}>
        {paths.map((path) => (
          <g key={path} fill="none" stroke-linejoin="round">
            <path d={path} class="outline-shade" />
            <path d={path} class="outline-line" />
          </g>
        ))}
      </svg>
    </div>
  );
}

/** CSS pixels; a photo on end would otherwise fill the page. */
const maxHeight = 420;

function shapeOf(width: number, height: number) {
  return { aspectRatio: `${width} / ${height}`, maxWidth: `${(maxHeight * width) / height}px` };
}

/** The border of a mask image; an empty path when it cannot be read, so that the photo is still shown. */
async function maskOutline(url: string): Promise<string> {
  const image = new Image();
  // The asset address leads to the storage's own origin: without this its pixels could not be read.
  image.crossOrigin = "anonymous";
  image.src = url;
  try {
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return "";
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    const isInside = new Uint8Array(canvas.width * canvas.height);
    for (let index = 0; index < isInside.length; index += 1) isInside[index] = pixels[index * 4] ? 1 : 0;
    return outlinePath(isInside, canvas.width, canvas.height);
  } catch {
    return "";
  }
}
