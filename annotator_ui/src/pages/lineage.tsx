import { render } from "preact";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { Lineage } from "../api/types";
import { formatSeconds, plural } from "../core/format";
import { lineageTexts as texts } from "../core/texts/lineage";
import { Digest } from "../ui/digest";
import { ErrorBox } from "../ui/errorBox";
import { Chain, Contributors } from "../ui/lineageChain";
import { PageHead } from "../ui/pageHead";
import { Shell } from "../ui/shell";
import { useLoad } from "../ui/useLoad";
import { ModelStage } from "./parts/modelStage";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const id = page.params.id ?? "";

function CandidateCard({ candidate }: { candidate: Lineage["candidate"] }) {
  const { facts } = texts;
  return (
    <section class="card">
      <h2>{texts.candidate}</h2>
      <ModelStage url={`/api/assets/candidates/${id}/mesh`} label={texts.candidate} />
      <dl class="facts">
        <dt>{facts.generator}</dt>
        <dd>{candidate.generator}</dd>
        <dt>{facts.seed}</dt>
        <dd>{candidate.seed}</dd>
        <dt>{facts.steps}</dt>
        <dd>{candidate.steps}</dd>
        <dt>{facts.guidance}</dt>
        <dd>{candidate.guidance}</dd>
        <dt>{facts.took}</dt>
        <dd>
          {candidate.seconds < 1 ? `${Math.round(candidate.seconds * 1000)} ms` : formatSeconds(candidate.seconds)}
        </dd>
      </dl>
    </section>
  );
}

function CheckpointCard({ checkpoint }: { checkpoint: Lineage["checkpoint"] }) {
  return (
    <section class="card" data-testid="lineage-checkpoint">
      <h2>{texts.checkpoint}</h2>
      {checkpoint ? (
        <div class="row">
          <Digest sha256={checkpoint.checkpoint_sha256} />
          <span class="badge">{checkpoint.stage}</span>
        </div>
      ) : (
        <p class="hint">{texts.noCheckpoint}</p>
      )}
    </section>
  );
}

function DatasetCard({ versions }: { versions: Lineage["dataset_versions"] }) {
  return (
    <section class="card" data-testid="lineage-datasets">
      <h2>{texts.datasets}</h2>
      {versions.length === 0 && <p class="hint">{texts.noDatasets}</p>}
      {versions.map((version) => (
        <div key={version.sha256} class="stack">
          <div class="row">
            <Digest sha256={version.sha256} />
            <span class="hint">
              {plural(version.n_records, "record")}, {plural(version.n_pairs, "pair")}
            </span>
          </div>
          <Contributors people={version.annotators} />
        </div>
      ))}
    </section>
  );
}

function LineagePage() {
  const { data, errors, reload } = useLoad(() => client.get<Lineage>(`/api/candidates/${id}/lineage/`));
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} back={{ href: "/records/", label: texts.back }} />
      <ErrorBox errors={errors} onRetry={reload} />
      {data && (
        <div class="columns">
          <CandidateCard candidate={data.candidate} />
          <div class="stack is-loose">
            <CheckpointCard checkpoint={data.checkpoint} />
            {data.checkpoint && <DatasetCard versions={data.dataset_versions} />}
            {data.chain.length > 0 && (
              <section class="card">
                <h2>{texts.chain}</h2>
                <Chain links={data.chain} />
              </section>
            )}
          </div>
        </div>
      )}
    </>
  );
}

render(
  <Shell {...page}>
    <LineagePage />
  </Shell>,
  pageRoot(),
);
