import { ApiError, type Client } from "../../api/client";
import type { MaskDesk } from "../../api/types";
import type { MaskGrid } from "../../core/maskGrid";
import type { Hints } from "../../core/maskSession";
import { pictureOf, pixelsOf } from "../../ui/mask/pictures";

/** The calls of the mask page for one target. */
export class MaskApi {
  private readonly address: string;

  constructor(
    private readonly client: Client,
    targetId: string,
  ) {
    this.address = `/api/targets/${targetId}/`;
  }

  desk(): Promise<MaskDesk> {
    return this.client.get<MaskDesk>(`${this.address}masks/`);
  }

  async save(grid: MaskGrid, baseVersion: number, reason: string): Promise<MaskDesk> {
    const form = this.form(baseVersion, reason);
    form.append("mask", await pictureOf(grid), "mask.png");
    return this.client.post<MaskDesk>(`${this.address}masks/`, form);
  }

  restore(version: number, baseVersion: number, reason: string): Promise<MaskDesk> {
    const form = this.form(baseVersion, reason);
    form.append("restore_version", String(version));
    return this.client.post<MaskDesk>(`${this.address}masks/`, form);
  }

  async propose(hints: Hints): Promise<Uint8Array> {
    const answer = await this.client.post<{ mask_png: string }>(`${this.address}propose-mask/`, hints);
    const bytes = Uint8Array.from(atob(answer.mask_png), (character) => character.charCodeAt(0));
    return (await pixelsOf(new Blob([bytes], { type: "image/png" }))).pixels_HW;
  }

  proposeCandidates(): Promise<unknown> {
    return this.client.post(`${this.address}propose/`);
  }

  private form(baseVersion: number, reason: string): FormData {
    const form = new FormData();
    form.append("base_version", String(baseVersion));
    form.append("reason", reason);
    return form;
  }
}

async function blobAt(url: string): Promise<Blob> {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new ApiError(response.status, [{ field: null, code: "picture", reason: url }]);
  return response.blob();
}

export async function loadPhoto(url: string): Promise<ImageBitmap> {
  return createImageBitmap(await blobAt(url));
}

export async function loadMask(url: string): Promise<MaskGrid> {
  return pixelsOf(await blobAt(url));
}
