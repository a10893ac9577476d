import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../../api/client";
import type { Disagreement } from "../../api/quality";
import { back, pick, pickNobody, type RulingKey, rate, rulingKey, stepOf } from "../../core/ruling";
import { disagreementsTexts as texts } from "../../core/texts/quality";
import { nextMode, VIEWER_MODES, type ViewerMode } from "../../core/viewerModes";
import { ErrorBox } from "../../ui/errorBox";
import { MaskedPhoto } from "../../ui/maskedPhoto";
import { CandidateHead } from "../../ui/quality/candidateHead";
import { KeyList } from "../../ui/quality/keyList";
import { RulingForm } from "../../ui/quality/rulingForm";
import { WordCard } from "../../ui/quality/wordCard";
import type { Viewer } from "../../viewer/viewer";
import { ModelBoard } from "../parts/modelBoard";
import { isTyping, steer } from "../parts/steering";
import { type Bench, useRuling } from "./useRuling";

export interface DeskProps {
  client: Client;
  dispute: Disagreement;
  /** What comes next, to be fetched ahead. */
  ahead: Disagreement | null;
  onMove: (by: number) => void;
  onSettled: () => Promise<void>;
}

/** A digit is a candidate, or a rating once there is a winner to rate. */
function pressDigit(bench: Bench, dispute: Disagreement, digit: number): void {
  if (stepOf(bench.ruling) === "rate") {
    const step = dispute.rating_scale[digit - 1];
    if (step) bench.change(rate(bench.ruling, step.value));
    return;
  }
  const candidate = bench.shown[digit - 1];
  if (candidate) bench.change(pick(bench.ruling, candidate.id));
}

function useKeys(press: (key: RulingKey) => boolean): void {
  const latest = useRef(press);
  latest.current = press;
  // Before the desk is painted: whoever sees it may press a key at once.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isOnButton = event.target instanceof Element && event.target.closest("button, a, summary") !== null;
      if (isTyping(event) || (event.key === "Enter" && isOnButton)) return;
      const meaning = rulingKey(event.key);
      if (meaning && latest.current(meaning)) event.preventDefault();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

/** The page's viewer with its mode; the next object's meshes are fetched while this one is looked at. */
function useBoard({ ahead }: DeskProps) {
  const [viewer, setViewer] = useState<Viewer | null>(null);
  const [mode, setMode] = useState<ViewerMode>("colour");
  const [modes, setModes] = useState<readonly ViewerMode[]>(VIEWER_MODES);
  useEffect(() => viewer?.setMode(mode), [viewer, mode]);
  useEffect(() => {
    void viewer?.preload(ahead?.candidates.map((candidate) => candidate.mesh_url) ?? []);
  }, [viewer, ahead?.target.id]);
  return { viewer, setViewer, setModes, mode, turnMode: () => setMode(nextMode(mode, modes)) };
}

type Board = ReturnType<typeof useBoard>;

/** Do what a key means; false leaves it to the browser. */
function act(key: RulingKey, { dispute, onMove }: DeskProps, bench: Bench, board: Board): boolean {
  if (key.kind === "digit") pressDigit(bench, dispute, key.digit);
  else if (key.kind === "none") bench.change(pickNobody(bench.ruling));
  else if (key.kind === "back") bench.change(back(bench.ruling));
  else if (key.kind === "next") onMove(1);
  else if (key.kind === "previous") onMove(-1);
  else if (key.kind === "write") bench.reason.current?.focus();
  else if (key.kind === "others") bench.showOthers();
  else if (key.kind === "mode") board.turnMode();
  else return steer(board.viewer, key);
  return true;
}

/** One disputed object at a time: what people said, the candidates, and the reviewer's word. */
export function Desk(props: DeskProps) {
  const { client, dispute, onSettled } = props;
  const bench = useRuling(client, dispute, onSettled);
  const board = useBoard(props);
  useKeys((key) => act(key, props, bench, board));
  return (
    <div class="settling" data-testid="desk" data-target-id={dispute.target.id} data-mode={board.mode}>
      <div class="stack is-loose">
        <Candidates dispute={dispute} bench={bench} board={board} />
        <Words dispute={dispute} bench={bench} />
      </div>
      <div class="stack is-loose">
        <Photo target={dispute.target} />
        <RulingForm
          ruling={bench.ruling}
          winnerNumber={bench.numberOf(bench.ruling.winnerId)}
          scale={dispute.rating_scale}
          isSettled={dispute.adjudication !== null}
          isBusy={bench.action.isBusy}
          reasonRef={bench.reason}
          onChange={bench.change}
          onSettle={() => bench.settle(board.mode)}
        />
        <ErrorBox errors={bench.action.errors} />
        <KeyList heading={texts.keys} rows={texts.keyRows} />
      </div>
    </div>
  );
}

function Photo({ target }: { target: Disagreement["target"] }) {
  const { image_url, width, height } = target.photo;
  return (
    <section class="settling-photo">
      <MaskedPhoto
        imageUrl={image_url}
        maskUrls={[target.mask_url]}
        width={width}
        height={height}
        label={texts.photo}
      />
    </section>
  );
}

interface PartProps {
  dispute: Disagreement;
  bench: Bench;
}

function Candidates({ dispute, bench, board }: PartProps & { board: Board }) {
  const { shown, start, candidates, ruling } = bench;
  const peopleFor = (id: string) => dispute.choices.filter((choice) => choice.winner_id === id);
  return (
    <>
      <ModelBoard
        models={shown}
        onViewer={board.setViewer}
        onModes={board.setModes}
        classOf={(model) => (ruling.winnerId === model.id ? "is-chosen" : "")}
        head={(model, index) => (
          <CandidateHead
            keyNumber={index + 1}
            number={start + index + 1}
            people={peopleFor(model.id)}
            isChosen={ruling.winnerId === model.id}
            onPick={() => bench.change(pick(ruling, model.id))}
          />
        )}
      />
      {candidates.length > shown.length && (
        <div class="row">
          <span class="hint">{texts.others(start + 1, start + shown.length, candidates.length)}</span>
          <button type="button" class="button is-small" onClick={bench.showOthers}>
            <kbd>O</kbd> {texts.showOthers}
          </button>
        </div>
      )}
    </>
  );
}

function Words({ dispute, bench }: PartProps) {
  const ratingLabel = (value: number): string =>
    dispute.rating_scale.find((step) => step.value === value)?.label ?? value.toFixed(2);
  const settled = dispute.adjudication;
  return (
    <div class="words" data-testid="words">
      {settled && (
        <WordCard
          word={settled}
          numberOf={bench.numberOf}
          ratingLabel={ratingLabel}
          heading={texts.settledBefore(settled.annotator)}
        />
      )}
      {dispute.choices.map((word) => (
        <WordCard key={word.id} word={word} numberOf={bench.numberOf} ratingLabel={ratingLabel} />
      ))}
    </div>
  );
}
