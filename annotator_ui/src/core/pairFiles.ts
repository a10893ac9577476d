/** Which of the files that were dropped are photos and which are masks, by name: NAME.jpg with NAME_mask.png. */

export interface NamedFile {
  readonly name: string;
  readonly type?: string;
}

export interface FilePlan<F extends NamedFile> {
  /** One photo with at most one mask goes up as a single; several files as a folder; a JSON as COCO. */
  kind: "single" | "folder" | "coco" | "nothing";
  photo: F | null;
  mask: F | null;
  annotations: F | null;
  files: F[];
  ignored: F[];
}

const imageName = /\.(jpe?g|png|webp)$/i;

export function planUpload<F extends NamedFile>(files: readonly F[]): FilePlan<F> {
  const images = files.filter((file) => imageName.test(file.name));
  const documents = files.filter((file) => /\.json$/i.test(file.name));
  const ignored = files.filter((file) => !images.includes(file) && !documents.includes(file));
  const plan: FilePlan<F> = { kind: "nothing", photo: null, mask: null, annotations: null, files: images, ignored };
  if (documents[0])
    return { ...plan, kind: "coco", annotations: documents[0], ignored: [...ignored, ...documents.slice(1)] };
  if (images.length === 0) return plan;
  const mask = images.find((file) => isMaskOf(file, images)) ?? null;
  if (images.length === 1 || (images.length === 2 && mask)) {
    return { ...plan, kind: "single", photo: images.find((file) => file !== mask) ?? null, mask };
  }
  return { ...plan, kind: "folder" };
}

/** A PNG named `*_mask.png`, or like a photo of another type beside it. */
function isMaskOf(file: NamedFile, images: readonly NamedFile[]): boolean {
  if (!/\.png$/i.test(file.name) || images.length === 1) return false;
  if (/[_-]mask(_\d+)?\.png$/i.test(file.name)) return true;
  const stem = stemOf(file.name);
  return images.some((other) => other !== file && !/\.png$/i.test(other.name) && stemOf(other.name) === stem);
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]+$/, "").toLowerCase();
}
