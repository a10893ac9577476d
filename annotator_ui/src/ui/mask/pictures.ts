/** Masks as PNG and as pixels. */

import { MaskGrid, type Rect } from "../../core/maskGrid";

function context2d(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser gives no canvas");
  return context;
}

/** Any PNG of a mask; what is not black is the object. */
export async function pixelsOf(picture: Blob): Promise<MaskGrid> {
  const bitmap = await createImageBitmap(picture);
  const { width, height } = bitmap;
  const context = context2d(new OffscreenCanvas(width, height));
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const pixels_HW = new Uint8Array(width * height);
  for (let index = 0; index < pixels_HW.length; index += 1) pixels_HW[index] = data[index * 4] ? 1 : 0;
  return new MaskGrid(width, height, pixels_HW);
}

/** A PNG, white on the object. */
export async function pictureOf(grid: MaskGrid): Promise<Blob> {
  const canvas = new OffscreenCanvas(grid.width, grid.height);
  const image = new ImageData(grid.width, grid.height);
  for (let index = 0; index < grid.pixels_HW.length; index += 1) {
    image.data.fill(grid.pixels_HW[index] ? 255 : 0, index * 4, index * 4 + 3);
    image.data[index * 4 + 3] = 255;
  }
  context2d(canvas).putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

export type Tint = readonly [red: number, green: number, blue: number];

/** Share of the border's opacity that the inside has. */
const INSIDE = 0.45;

/** A mask as a coloured layer of its own size: a strong border, a lighter inside. Redrawn where it changed. */
export class MaskLayer {
  readonly canvas: OffscreenCanvas;
  private readonly context: OffscreenCanvasRenderingContext2D;
  /** Thick enough to be seen when the whole photo is. */
  private readonly border: number;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly tint: Tint,
  ) {
    this.canvas = new OffscreenCanvas(width, height);
    this.context = context2d(this.canvas);
    this.border = Math.max(1, Math.round(Math.max(width, height) / 900));
  }

  draw(pixels_HW: Uint8Array, rect: Rect): void {
    const left = Math.max(0, rect.x - this.border);
    const top = Math.max(0, rect.y - this.border);
    const right = Math.min(this.width, rect.x + rect.width + this.border);
    const bottom = Math.min(this.height, rect.y + rect.height + this.border);
    if (right <= left || bottom <= top) return;
    const image = new ImageData(right - left, bottom - top);
    for (let y = top, at = 0; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1, at += 4) {
        if (!pixels_HW[y * this.width + x]) continue;
        image.data[at] = this.tint[0];
        image.data[at + 1] = this.tint[1];
        image.data[at + 2] = this.tint[2];
        image.data[at + 3] = this.isBorder(pixels_HW, x, y) ? 255 : 255 * INSIDE;
      }
    }
    this.context.putImageData(image, left, top);
  }

  private isBorder(pixels_HW: Uint8Array, x: number, y: number): boolean {
    const by = this.border;
    const at = (column: number, row: number): boolean =>
      column >= 0 && row >= 0 && column < this.width && row < this.height && !!pixels_HW[row * this.width + column];
    return !(at(x - by, y) && at(x + by, y) && at(x, y - by) && at(x, y + by));
  }
}
