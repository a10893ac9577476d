import { useRef, useState } from "preact/hooks";
import type { Client } from "../../api/client";
import type { Disagreement } from "../../api/quality";
import { bodyOf, NO_RULING, preferredFirst, type Ruling, stepOf } from "../../core/ruling";
import { disagreementsTexts as texts } from "../../core/texts/quality";
import type { ViewerMode } from "../../core/viewerModes";
import { showToast } from "../../ui/toasts";
import { type Action, useAction } from "../../ui/useAction";
import { uuid } from "../annotate/browser";

/** As many as there are digits, and as the viewer has panes. */
const SHOWN = 9;

interface Begun {
  ruling: Ruling;
  /** Sent with the word, so that sending twice settles once. */
  key: string;
  /** Which candidate is the first on the board. */
  start: number;
}

export interface Bench extends Begun {
  candidates: Disagreement["candidates"];
  shown: Disagreement["candidates"];
  /** Number of a candidate on this page, from 1; null when it is not among the object's. */
  numberOf: (id: string | null) => number | null;
  change: (ruling: Ruling) => void;
  showOthers: () => void;
  settle: (mode: ViewerMode) => void;
  action: Action;
  reason: { current: HTMLTextAreaElement | null };
}

/** The word on one object. What was begun about another one waits there for the way back. */
export function useRuling(client: Client, dispute: Disagreement, onSettled: () => Promise<void>): Bench {
  const [begun, setBegun] = useState<Readonly<Record<number, Begun>>>({});
  const [fresh] = useState(() => ({ ruling: NO_RULING, start: 0 }));
  const reason = useRef<HTMLTextAreaElement>(null);
  const action = useAction();
  const { id } = dispute.target;
  const here: Begun = begun[id] ?? { ...fresh, key: uuid() };
  const put = (part: Partial<Begun>): void => setBegun((known) => ({ ...known, [id]: { ...here, ...part } }));
  const candidates = preferredFirst(dispute.candidates, dispute.choices);
  const next = here.start + SHOWN;
  return {
    ...here,
    candidates,
    shown: candidates.slice(here.start, next),
    numberOf: (candidateId) => candidates.findIndex((candidate) => candidate.id === candidateId) + 1 || null,
    change: (ruling) => {
      put({ ruling });
      // The last press of a key leads to the one thing that is written.
      if (stepOf(ruling) === "reason" && stepOf(here.ruling) !== "reason") reason.current?.focus();
    },
    showOthers: () => put({ start: next < candidates.length ? next : 0 }),
    settle: (mode) =>
      void action.run(async () => {
        const body = bodyOf(here.ruling, here.key);
        if (!body) return;
        await client.post(`/api/targets/${id}/adjudicate/`, { ...body, viewer_mode: mode });
        reason.current?.blur();
        // Another word on the same object is another one, under a key of its own.
        put({ ruling: NO_RULING, key: uuid() });
        showToast(texts.settled, "good");
        await onSettled();
      }),
    action,
    reason,
  };
}
