import { shortDigest } from "../core/format";

/** A digest in short; the whole of it on hover, for copying and for tests. */
export function Digest({ sha256 }: { sha256: string | null | undefined }) {
  return (
    <code title={sha256 ?? ""} data-sha256={sha256 ?? ""}>
      {shortDigest(sha256)}
    </code>
  );
}
