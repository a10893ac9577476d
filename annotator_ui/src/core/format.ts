/** Figures, times and digests as people read them. */

export function formatTime(iso: string | null | undefined): string {
  if (!iso) return "–";
  return new Date(iso).toLocaleString(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** The time of day to the second. */
export function formatClock(iso: string): string {
  return new Date(iso).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** How long ago, e.g. "12 s ago"; times in the future count as now. */
export function formatAgo(iso: string, now: number = Date.now()): string {
  return `${formatSeconds(Math.max(0, (now - Date.parse(iso)) / 1000))} ago`;
}

/** A duration in the two largest useful units: "8 s", "3 min 20 s", "2 h 5 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return "0 s";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const rest = Math.floor(seconds % 60);
    return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

/** A measured time of work; nothing where none was measured. */
export function formatMilliseconds(milliseconds: number | null | undefined): string {
  return milliseconds === null || milliseconds === undefined ? "–" : formatSeconds(milliseconds / 1000);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** The first characters of a digest: enough to tell two apart by eye. */
export function shortDigest(sha256: string | null | undefined): string {
  return sha256 ? sha256.slice(0, 10) : "–";
}

export function formatNumber(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits);
}

/** A difference with its sign, so that better and worse are seen at once; what rounds to zero is neither. */
export function formatSigned(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value).toFixed(digits);
  return `${Number(size) === 0 ? "±" : value > 0 ? "+" : "−"}${size}`;
}

/** "1 pair", "3 pairs". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
