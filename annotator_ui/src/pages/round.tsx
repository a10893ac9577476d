import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { FrozenVersion, Round } from "../api/types";
import { isRoundAtRest } from "../core/states";
import { roundsTexts as texts } from "../core/texts/rounds";
import { StateBadge } from "../ui/badge";
import { Digest } from "../ui/digest";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { EvaluationTable, Verdict } from "../ui/rounds/evaluationTable";
import { Timeline } from "../ui/rounds/timeline";
import { TrainingRunCard } from "../ui/rounds/trainingRunCard";
import { Shell } from "../ui/shell";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useLoad } from "../ui/useLoad";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const address = `/api/rounds/${page.params.id}/`;

function Buttons({ round, reload }: { round: Round; reload: () => Promise<void> }) {
  const action = useAction();
  const change = (path: string, text: string) =>
    action.run(async () => {
      await client.post(address + path);
      showToast(text, "good");
      await reload();
    });
  const canRetry = round.state === "failed" || round.state === "cancelled";
  return (
    <>
      <ErrorBox errors={action.errors} />
      {!isRoundAtRest(round.state) && (
        <button
          type="button"
          class="button is-danger"
          disabled={action.isBusy || round.is_cancel_requested}
          onClick={() => change("cancel/", texts.cancelled)}
        >
          {round.is_cancel_requested ? texts.cancelling : texts.cancel}
        </button>
      )}
      {canRetry && (
        <button
          type="button"
          class="button is-primary"
          disabled={action.isBusy}
          onClick={() => change("retry/", texts.retried)}
        >
          {texts.retry}
        </button>
      )}
    </>
  );
}

function Training({ round }: { round: Round }) {
  return (
    <section class="card">
      <h2>{texts.training}</h2>
      {round.training_runs.length === 0 && <p class="hint">{texts.waitingForTraining}</p>}
      {round.training_runs.map((run) => (
        <TrainingRunCard key={run.stage} run={run} />
      ))}
    </section>
  );
}

function Judgement({ round }: { round: Round }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{texts.evaluation}</h2>
        <span class="hint">{texts.interval}</span>
      </div>
      {round.evaluations.length === 0 ? (
        <p class="hint">{texts.waitingForEvaluation}</p>
      ) : (
        <EvaluationTable evaluations={round.evaluations} />
      )}
      {round.verdict && <Verdict verdict={round.verdict} />}
    </section>
  );
}

function Version({ version }: { version: FrozenVersion | null }) {
  if (!version) return <>–</>;
  return (
    <>
      <Digest sha256={version.dataset_sha256} />{" "}
      <span class="hint">{texts.facts.version(version.n_examples, version.n_pairs)}</span>
    </>
  );
}

function Facts({ round }: { round: Round }) {
  const { facts } = texts;
  return (
    <section class="card">
      <dl class="facts">
        <dt>{facts.by}</dt>
        <dd>{round.started_by ?? "–"}</dd>
        <dt>{facts.alpha}</dt>
        <dd>{round.alpha}</dd>
        {round.rate_factor !== 1 && (
          <>
            <dt>{facts.rateFactor}</dt>
            <dd>{round.rate_factor}</dd>
          </>
        )}
        <dt>{facts.data}</dt>
        <dd>
          <Version version={round.dataset_version} />
        </dd>
        <dt>{facts.heldout}</dt>
        <dd>
          <Version version={round.heldout_version} />
        </dd>
        <dt>{facts.parent}</dt>
        <dd>
          <Digest sha256={round.live_checkpoint_sha256} />
        </dd>
        <dt>{facts.deployed}</dt>
        <dd data-testid="deployed">
          <Digest sha256={round.deployed_checkpoint_sha256} />
        </dd>
      </dl>
    </section>
  );
}

function RoundPage() {
  const [isAtRest, setIsAtRest] = useState(false);
  const {
    data: round,
    errors,
    reload,
  } = useLoad(
    async () => {
      const found = await client.get<Round>(address);
      setIsAtRest(isRoundAtRest(found.state));
      return found;
    },
    isAtRest ? null : 1500,
  );
  if (!round) return <ErrorBox errors={errors} onRetry={reload} />;
  return (
    <>
      <PageHead
        title={round.name || texts.unnamed(round.id)}
        lead={
          <span data-testid="round-state" data-state={round.state}>
            <StateBadge state={round.state} />
          </span>
        }
        back={{ href: "/rounds/", label: texts.back }}
      >
        <Buttons round={round} reload={reload} />
      </PageHead>
      <ErrorBox errors={errors} onRetry={reload} />
      {round.state_reason && !round.verdict && <p class="note is-warn">{round.state_reason}</p>}
      <div class="columns is-side">
        <div class="stack is-loose">
          <Training round={round} />
          <Judgement round={round} />
        </div>
        <div class="stack is-loose">
          <Facts round={round} />
          <section class="card">
            <h2>{texts.timeline}</h2>
            <Timeline lines={round.timeline} />
          </section>
        </div>
      </div>
    </>
  );
}

render(
  <Shell {...page}>
    <RoundPage />
  </Shell>,
  pageRoot(),
);
