import { type Box, maskBox, outlinePath } from "../../core/outline";

export interface MaskShape {
  /** SVG path in the mask's pixels. */
  readonly path: string;
  readonly box: Box | null;
  readonly width: number;
  readonly height: number;
}

const LONGEST = 1536;

/** Fetches a mask (non-zero is the object) and traces it; a very large one is traced at a coarser grid. */
export async function loadMask(url: string, signal: AbortSignal): Promise<MaskShape> {
  const response = await fetch(url, { credentials: "same-origin", signal });
  if (!response.ok) throw new Error(`mask: ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob());
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("mask: no canvas");
  // Any non-zero value counts, 1 as well as 255, so nothing may be blended.
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const isInside_HW = new Uint8Array(width * height);
  for (let index = 0; index < isInside_HW.length; index += 1) isInside_HW[index] = data[index * 4] ?? 0;
  return { path: outlinePath(isInside_HW, width, height), box: maskBox(isInside_HW, width, height), width, height };
}
