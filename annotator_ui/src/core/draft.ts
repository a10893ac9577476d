/** Work in progress on one task, as it is kept in the browser and on the server. */

import { isPossible, type Mode, type Move, type Setting } from "./answer";
import type { History } from "./history";
import type { ViewLogState } from "./viewLog";

export interface Draft extends Setting, History {
  readonly version: 2;
  readonly milliseconds: number;
  readonly looks: ViewLogState | null;
  /** Milliseconds since the epoch, by the clock of the browser that wrote it. */
  readonly writtenAt: number;
  /** The browser that wrote it: two that work on one task must not overwrite each other unasked. */
  readonly writer: string;
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isMode(value: unknown): value is Mode {
  return value === "king" || value === "grid";
}

const MOVES: Readonly<Record<Move["kind"], (move: Fields) => boolean>> = {
  mode: (move) => isMode(move.mode),
  verdict: (move) =>
    ["left", "right", "equal", "both_bad"].includes(move.verdict as string) && typeof move.milliseconds === "number",
  rank: (move) => typeof move.candidateId === "string" && (move.rank === null || typeof move.rank === "number"),
  ranked: () => true,
  none_acceptable: () => true,
  rating: (move) => typeof move.value === "number",
  reason: (move) => typeof move.candidateId === "string" && typeof move.code === "string",
  comment: (move) => typeof move.text === "string",
};

function isMove(value: unknown): value is Move {
  if (!isRecord(value) || typeof value.kind !== "string" || !Object.hasOwn(MOVES, value.kind)) return false;
  return MOVES[value.kind as Move["kind"]](value);
}

function isMoves(value: unknown): value is Move[] {
  return Array.isArray(value) && value.every(isMove);
}

function isLooks(value: unknown): value is ViewLogState {
  if (!isRecord(value) || !Array.isArray(value.views) || !isRecord(value.turned)) return false;
  return value.views.every((view) => isRecord(view) && typeof view.milliseconds === "number");
}

/** Drafts of the first version knew one way of answering and no redo. */
function upgraded(value: Fields): Fields {
  return value.version === 1 ? { ...value, version: 2, mode: "king", undone: [], looks: null, writer: "" } : value;
}

function hasSameCandidates(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && [...left].sort().join() === [...right].sort().join();
}

/** A draft out of foreign JSON, or null if it does not belong to these candidates or cannot be replayed. */
export function readDraft(value: unknown, candidateIds: readonly string[]): Draft | null {
  if (!isRecord(value)) return null;
  const { version, order, seed, mode, moves, undone, milliseconds, looks, writtenAt, writer } = upgraded(value);
  if (version !== 2 || !isStrings(order) || !hasSameCandidates(order, candidateIds)) return null;
  if (typeof seed !== "string" || !isMode(mode) || !isMoves(moves) || !isMoves(undone)) return null;
  if (typeof milliseconds !== "number" || typeof writtenAt !== "number" || typeof writer !== "string") return null;
  const setting = { order, seed, mode };
  if (!isPossible(setting, moves)) return null;
  const isRedoPossible = isPossible(setting, [...moves, ...[...undone].reverse()]);
  return {
    version,
    ...setting,
    moves,
    undone: isRedoPossible ? undone : [],
    milliseconds,
    looks: isLooks(looks) ? looks : null,
    writtenAt,
    writer,
  };
}

/** Whether `longer` goes on from where `shorter` stands. */
function isContinued(shorter: Draft, longer: Draft): boolean {
  const isSameStart = shorter.seed === longer.seed && shorter.mode === longer.mode;
  const isSameOrder = shorter.order.join() === longer.order.join();
  const begin = longer.moves.slice(0, shorter.moves.length);
  return isSameStart && isSameOrder && JSON.stringify(begin) === JSON.stringify(shorter.moves);
}

export type Reconciled =
  | { readonly kind: "one"; readonly draft: Draft | null }
  /** Both hold work that the other lacks: only the person knows which one is meant. */
  | { readonly kind: "conflict"; readonly here: Draft; readonly there: Draft };

/** Which of two copies that were written independently goes on: neither may lose work unasked. */
export function merge(here: Draft, there: Draft): Reconciled {
  if (isContinued(there, here)) return { kind: "one", draft: here };
  if (isContinued(here, there)) return { kind: "one", draft: there };
  return { kind: "conflict", here, there };
}

/** Which of two stored copies goes on. Between two browsers no clock decides: theirs may differ. */
export function reconcile(here: Draft | null, there: Draft | null): Reconciled {
  if (here === null || there === null) return { kind: "one", draft: here ?? there };
  if (here.writer !== there.writer) return merge(here, there);
  return { kind: "one", draft: there.writtenAt > here.writtenAt ? there : here };
}
