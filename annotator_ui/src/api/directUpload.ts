import { artistTexts, uploadTexts } from "../core/texts/artist";
import { ApiError } from "./client";
import type { UploadTicket } from "./types";

/** Hexadecimal SHA-256 of a file. Throws where the page was not opened over HTTPS or from this very machine. */
export async function sha256OfFile(file: Blob): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new ApiError(0, [{ field: null, code: "insecure_page", reason: uploadTexts.insecure }]);
  }
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Send a file straight to the storage with a signed address; `onShare` hears how much has gone, from 0 to 1. */
export function sendToStorage(ticket: UploadTicket, file: Blob, onShare: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      reject(new ApiError(0, [{ field: null, code: "storage_refused", reason: artistTexts.storageRefused }]));
    };
    // fetch does not tell how far an upload has come.
    const request = new XMLHttpRequest();
    request.open(ticket.method, ticket.url);
    for (const [name, value] of Object.entries(ticket.headers)) {
      // The browser sets these two itself and forbids scripts to.
      if (!/^(host|content-length)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onShare(event.loaded / event.total);
    };
    request.onload = () => (request.status >= 200 && request.status < 300 ? resolve() : refuse());
    request.onerror = refuse;
    request.send(file);
  });
}
