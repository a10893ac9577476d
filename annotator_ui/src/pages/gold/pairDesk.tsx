import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../../api/client";
import type { TargetDetail } from "../../api/types";
import { type Pair, pickInPair } from "../../core/goldPair";
import { rulingKey } from "../../core/ruling";
import { qualityTexts, goldTexts as texts } from "../../core/texts/quality";
import { Empty } from "../../ui/empty";
import { ErrorBox } from "../../ui/errorBox";
import { PageHead } from "../../ui/pageHead";
import { TextField } from "../../ui/quality/fields";
import { OutlinedPhoto } from "../../ui/quality/targetTile";
import { showToast } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { useLoad } from "../../ui/useLoad";
import type { Viewer } from "../../viewer/viewer";
import { type BoardModel, ModelBoard } from "../parts/modelBoard";
import { isTyping, steer } from "../parts/steering";

/** So many fit on a page without scrolling while one turns them. */
const SHOWN = 9;

function modelsOf(target: TargetDetail): BoardModel[] {
  // A candidate of an earlier mask is of something else.
  const current = target.candidates.filter((candidate) => !candidate.is_stale);
  return current.slice(0, SHOWN).map((candidate) => ({
    id: candidate.id,
    mesh_url: candidate.mesh_url,
    lod_url: candidate.lod_url,
    preview_url: candidate.preview_url,
  }));
}

type StateUpdater = (change: (known: Pair) => Pair) => void;

const EMPTY: Pair = { betterId: null, worseId: null };

function classOf(pair: Pair, id: string): string {
  if (pair.betterId === id) return "is-chosen";
  return pair.worseId === id ? "is-worse" : "";
}

/** Digits pick, U starts over, the rest turns the models. */
function usePairKeys(models: readonly BoardModel[], viewer: Viewer | null, setPair: StateUpdater): void {
  const latest = useRef({ models, viewer });
  latest.current = { models, viewer };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      const meaning = rulingKey(event.key);
      const model = meaning?.kind === "digit" ? latest.current.models[meaning.digit - 1] : undefined;
      if (model) setPair((known) => pickInPair(known, model.id));
      else if (meaning?.kind === "back") setPair(() => EMPTY);
      else if (!steer(latest.current.viewer, meaning)) return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** Picks a better and a worse candidate of one object, by mouse or by numbers. */
export function PairDesk({ client, targetId }: { client: Client; targetId: string }) {
  const { data: target, errors, reload } = useLoad(() => client.get<TargetDetail>(`/api/targets/${targetId}/`));
  const [pair, setPair] = useState(EMPTY);
  const [viewer, setViewer] = useState<Viewer | null>(null);
  const models = target ? modelsOf(target) : [];
  usePairKeys(models, viewer, setPair);
  if (!target) return <ErrorBox errors={errors} onRetry={reload} />;
  return (
    <>
      <PageHead title={texts.pairTitle(target.id)} lead={texts.pairLead} back={{ href: "/gold/", label: texts.back }}>
        <a class="button" href="/gold/?add=1">
          {texts.otherObject}
        </a>
      </PageHead>
      {models.length < 2 && <Empty heading={qualityTexts.object(target.id)}>{texts.tooFew}</Empty>}
      <div class="settling">
        <ModelBoard
          models={models}
          onViewer={setViewer}
          classOf={(model) => classOf(pair, model.id)}
          head={(model, index) => <PairButtons number={index + 1} id={model.id} pair={pair} onChange={setPair} />}
        />
        <PairForm client={client} target={target} pair={pair} onEmpty={() => setPair(EMPTY)} />
      </div>
    </>
  );
}

interface PairFormProps {
  client: Client;
  target: TargetDetail;
  pair: Pair;
  onEmpty: () => void;
}

function PairForm({ client, target, pair, onEmpty }: PairFormProps) {
  const [note, setNote] = useState("");
  const action = useAction();
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      await client.post("/api/gold-pairs/", { better_id: pair.betterId, worse_id: pair.worseId, note });
      showToast(texts.saved, "good");
      onEmpty();
      setNote("");
    });
  };
  return (
    <form class="card" onSubmit={save}>
      <OutlinedPhoto target={target} label={qualityTexts.object(target.id)} />
      <TextField label={texts.note} hint={texts.noteHint} value={note} onChange={setNote} />
      <div class="row">
        <button type="submit" class="button is-primary" disabled={action.isBusy || !pair.betterId || !pair.worseId}>
          {texts.save}
        </button>
        <button type="button" class="button is-quiet" onClick={onEmpty}>
          {texts.start} <kbd>U</kbd>
        </button>
      </div>
      <ErrorBox errors={action.errors} />
    </form>
  );
}

function PairButtons(props: { number: number; id: string; pair: Pair; onChange: (pair: Pair) => void }) {
  const { number, id, pair, onChange } = props;
  const isBetter = pair.betterId === id;
  const isWorse = pair.worseId === id;
  const unless = (other: string | null): string | null => (other === id ? null : other);
  return (
    <>
      <kbd>{number}</kbd>
      <span class="row">
        <button
          type="button"
          class={isBetter ? "button is-small is-chosen" : "button is-small"}
          aria-pressed={isBetter}
          aria-label={texts.chooseBetter(number)}
          onClick={() => onChange({ betterId: id, worseId: unless(pair.worseId) })}
        >
          {texts.better}
        </button>
        <button
          type="button"
          class={isWorse ? "button is-small is-chosen" : "button is-small"}
          aria-pressed={isWorse}
          aria-label={texts.chooseWorse(number)}
          onClick={() => onChange({ betterId: unless(pair.betterId), worseId: id })}
        >
          {texts.worse}
        </button>
      </span>
    </>
  );
}
