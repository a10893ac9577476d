/** A reviewer's word on a disputed object, step by step: whom, how good, why. Pure; each step gives a new ruling. */

export interface Ruling {
  readonly outcome: "chosen" | "none_acceptable" | null;
  readonly winnerId: string | null;
  readonly rating: number | null;
  readonly reason: string;
}

export type RulingStep = "pick" | "rate" | "reason" | "ready";

export const NO_RULING: Ruling = { outcome: null, winnerId: null, rating: null, reason: "" };

export function stepOf(ruling: Ruling): RulingStep {
  if (ruling.outcome === null) return "pick";
  if (ruling.outcome === "chosen" && ruling.rating === null) return "rate";
  return ruling.reason.trim() === "" ? "reason" : "ready";
}

/** Another winner needs a rating of its own; the same one keeps it. */
export function pick(ruling: Ruling, winnerId: string): Ruling {
  const rating = ruling.winnerId === winnerId ? ruling.rating : null;
  return { ...ruling, outcome: "chosen", winnerId, rating };
}

export function pickNobody(ruling: Ruling): Ruling {
  return { ...ruling, outcome: "none_acceptable", winnerId: null, rating: null };
}

export function rate(ruling: Ruling, rating: number): Ruling {
  return ruling.outcome === "chosen" ? { ...ruling, rating } : ruling;
}

export function withReason(ruling: Ruling, reason: string): Ruling {
  return { ...ruling, reason };
}

/** Take the last decision back; the written reason stays, for it is typed and not pressed. */
export function back(ruling: Ruling): Ruling {
  return ruling.rating === null ? { ...NO_RULING, reason: ruling.reason } : { ...ruling, rating: null };
}

export interface RulingBody {
  idempotency_key: string;
  reason: string;
  outcome: "chosen" | "none_acceptable";
  winner_id: string | null;
  rating: number | null;
}

/** What is sent; null before everything is decided. */
export function bodyOf(ruling: Ruling, key: string): RulingBody | null {
  if (ruling.outcome === null || stepOf(ruling) !== "ready") return null;
  return {
    idempotency_key: key,
    reason: ruling.reason.trim(),
    outcome: ruling.outcome,
    winner_id: ruling.winnerId,
    rating: ruling.rating,
  };
}

export type RulingKey =
  | { readonly kind: "digit"; readonly digit: number }
  | { readonly kind: "none" | "back" | "next" | "previous" | "write" | "others" | "mode" | "reset" }
  | { readonly kind: "turn"; readonly azimuth: number; readonly elevation: number }
  | { readonly kind: "zoom"; readonly factor: number };

const TURN_DEGREES = 15;
const ZOOM = 1.15;

const KEYS: Readonly<Record<string, RulingKey>> = {
  "0": { kind: "none" },
  Backspace: { kind: "back" },
  u: { kind: "back" },
  n: { kind: "next" },
  p: { kind: "previous" },
  r: { kind: "write" },
  Enter: { kind: "write" },
  o: { kind: "others" },
  m: { kind: "mode" },
  v: { kind: "reset" },
  ArrowLeft: { kind: "turn", azimuth: -TURN_DEGREES, elevation: 0 },
  ArrowRight: { kind: "turn", azimuth: TURN_DEGREES, elevation: 0 },
  ArrowUp: { kind: "turn", azimuth: 0, elevation: TURN_DEGREES },
  ArrowDown: { kind: "turn", azimuth: 0, elevation: -TURN_DEGREES },
  "+": { kind: "zoom", factor: 1 / ZOOM },
  "=": { kind: "zoom", factor: 1 / ZOOM },
  "-": { kind: "zoom", factor: ZOOM },
};

/** What a key means on the page of disagreements; null leaves it to the browser. */
export function rulingKey(key: string): RulingKey | null {
  if (/^[1-9]$/.test(key)) return { kind: "digit", digit: Number(key) };
  return KEYS[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

/** The candidates that somebody preferred first, the others in their order. */
export function preferredFirst<T extends { id: string }>(
  candidates: readonly T[],
  choices: readonly { winner_id: string | null }[],
): T[] {
  const winners = new Set(choices.map((choice) => choice.winner_id));
  return [
    ...candidates.filter((candidate) => winners.has(candidate.id)),
    ...candidates.filter((candidate) => !winners.has(candidate.id)),
  ];
}
