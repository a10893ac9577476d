/** Work in progress on one task, as it is kept in the browser and on the server. */

import { type Move, replay } from "./kingOfTheHill";

export interface Draft {
  readonly version: 1;
  /** The order and the seed that the moves were made under: a task claimed anew may come in another order. */
  readonly order: readonly string[];
  readonly seed: string;
  readonly moves: readonly Move[];
  readonly milliseconds: number;
  /** Milliseconds since the epoch, by the clock of the browser that wrote it. */
  readonly writtenAt: number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isMove(value: unknown): value is Move {
  if (!isRecord(value)) return false;
  switch (value.kind) {
    case "verdict":
      return (
        (value.verdict === "left" || value.verdict === "right" || value.verdict === "equal") &&
        typeof value.milliseconds === "number"
      );
    case "none_acceptable":
      return true;
    case "rating":
      return typeof value.value === "number";
    case "reason":
      return typeof value.candidateId === "string" && typeof value.code === "string";
    default:
      return false;
  }
}

function hasSameCandidates(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && [...left].sort().join() === [...right].sort().join();
}

/** A draft out of foreign JSON, or null if it does not belong to these candidates or cannot be replayed. */
export function readDraft(value: unknown, candidateIds: readonly string[]): Draft | null {
  if (!isRecord(value) || value.version !== 1) return null;
  const { order, seed, moves, milliseconds, writtenAt } = value;
  if (!isStrings(order) || !hasSameCandidates(order, candidateIds) || typeof seed !== "string") return null;
  if (!Array.isArray(moves) || !moves.every(isMove)) return null;
  if (typeof milliseconds !== "number" || typeof writtenAt !== "number") return null;
  try {
    replay(order, moves, seed);
  } catch {
    return null;
  }
  return { version: 1, order, seed, moves, milliseconds, writtenAt };
}

/** The later one: whoever went home with a laptop finds what was done last. */
export function laterDraft(left: Draft | null, right: Draft | null): Draft | null {
  if (left === null || right === null) return left ?? right;
  return right.writtenAt > left.writtenAt ? right : left;
}
