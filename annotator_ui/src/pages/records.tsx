import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { hasRole, pageRoot, readPage } from "../api/page";
import type { DatasetVersion, Derivation, Page, PreferencePair, TrainingRecord } from "../api/types";
import { formatNumber } from "../core/format";
import { recordsTexts as texts } from "../core/texts/records";
import { SimulatedBadge } from "../ui/badge";
import { Digest } from "../ui/digest";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { type Column, Table } from "../ui/table";
import { Tabs } from "../ui/tabs";
import { Time } from "../ui/time";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
type Tab = keyof typeof texts.tabs;

const recordColumns: Column<TrainingRecord>[] = [
  {
    label: "",
    cell: (record) =>
      record.preview_url && <img class="preview-small" src={record.preview_url} alt="" loading="lazy" />,
  },
  { label: texts.columns.id, cell: (record) => record.id },
  { label: texts.columns.kind, cell: (record) => record.kind },
  { label: texts.columns.target, cell: (record) => record.target_id },
  { label: texts.columns.rating, isNumber: true, cell: (record) => formatNumber(record.rating, 2) },
  {
    label: texts.columns.author,
    cell: (record) => (
      <>
        {record.author} <SimulatedBadge isSimulated={record.is_simulated} />
      </>
    ),
  },
  { label: texts.columns.split, cell: (record) => record.split },
  { label: texts.columns.created, cell: (record) => <Time at={record.created_at} /> },
  {
    label: texts.lineage,
    cell: (record) => record.candidate_id && <a href={`/lineage/${record.candidate_id}/`}>{texts.lineage}</a>,
  },
];

const pairColumns: Column<PreferencePair>[] = [
  { label: texts.columns.id, cell: (pair) => pair.id },
  { label: texts.columns.target, cell: (pair) => pair.target_id },
  { label: texts.columns.winner, cell: (pair) => <Digest sha256={pair.winner_glb_sha256} /> },
  {
    label: texts.columns.loser,
    cell: (pair) => <a href={`/lineage/${pair.loser_id}/`}>{pair.loser_id.slice(0, 8)}</a>,
  },
  {
    label: texts.columns.origin,
    cell: (pair) => <span class="badge">{pair.is_loser_own ? texts.own : texts.foreign}</span>,
  },
  {
    label: texts.columns.author,
    cell: (pair) => (
      <>
        {pair.author} <SimulatedBadge isSimulated={pair.is_simulated} />
      </>
    ),
  },
  { label: texts.columns.created, cell: (pair) => <Time at={pair.created_at} /> },
];

const versionColumns: Column<DatasetVersion>[] = [
  { label: texts.columns.version, cell: (version) => <Digest sha256={version.dataset_sha256} /> },
  { label: texts.columns.split, cell: (version) => version.split },
  { label: texts.alpha, isNumber: true, cell: (version) => formatNumber(version.alpha, 2) },
  { label: texts.columns.examples, isNumber: true, cell: (version) => version.n_examples },
  { label: texts.columns.pairs, isNumber: true, cell: (version) => version.n_pairs },
  {
    label: texts.columns.people,
    cell: (version) => version.contributors.map((person) => person.username).join(", ") || "–",
  },
  { label: texts.columns.created, cell: (version) => <Time at={version.created_at} /> },
];

interface ListProps<T> {
  path: string;
  columns: readonly Column<T>[];
  keyOf: (row: T) => string | number;
  empty: readonly [heading: string, body: string];
}

function List<T>({ path, columns, keyOf, empty }: ListProps<T>) {
  const list = useList((next) => client.get<Page<T>>(next ?? path));
  return (
    <>
      <ErrorBox errors={list.errors} onRetry={list.reload} />
      {list.items?.length === 0 && <Empty heading={empty[0]}>{empty[1]}</Empty>}
      {(list.items?.length ?? 0) > 0 && (
        <section class="card">
          <Table columns={columns} rows={list.items ?? []} keyOf={keyOf} testid="list" />
        </section>
      )}
      <ShowMore hasMore={list.hasMore} isLoading={list.isLoading} onMore={list.loadMore} />
    </>
  );
}

function Derive({ onDone }: { onDone: () => void }) {
  const [alpha, setAlpha] = useState("0.6");
  const action = useAction();
  const derive = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      const done = await client.post<Derivation>("/api/records/derive/", { alpha: Number(alpha) });
      showToast(texts.derived(done.records, done.pairs), "good");
      onDone();
    });
  };
  return (
    <form class="card" onSubmit={derive} data-testid="derive">
      <div class="row">
        <label class="field is-inline">
          <span>{texts.alpha}</span>
          <input
            type="number"
            min="0"
            max="1"
            step="0.05"
            required
            value={alpha}
            onInput={(event) => setAlpha(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          {texts.derive}
        </button>
        <span class="hint">{texts.alphaHint}</span>
      </div>
      <ErrorBox errors={action.errors} />
    </form>
  );
}

function Records() {
  const [tab, setTab] = useState<Tab>("records");
  const [version, setVersion] = useState(0);
  const tabs = Object.entries(texts.tabs) as [Tab, string][];
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} />
      {hasRole(page, "ml_lead") && <Derive onDone={() => setVersion(version + 1)} />}
      <Tabs tabs={tabs} selected={tab} label={texts.title} onSelect={setTab} />
      {tab === "records" && (
        <List
          key={`r${version}`}
          path="/api/records/"
          columns={recordColumns}
          keyOf={(record) => record.id}
          empty={[texts.emptyRecords, texts.emptyRecordsBody]}
        />
      )}
      {tab === "pairs" && (
        <List
          key={`p${version}`}
          path="/api/preference-pairs/"
          columns={pairColumns}
          keyOf={(pair) => pair.id}
          empty={[texts.emptyPairs, texts.emptyPairsBody]}
        />
      )}
      {tab === "versions" && (
        <List
          key={`v${version}`}
          path="/api/dataset-versions/"
          columns={versionColumns}
          keyOf={(item) => item.dataset_sha256}
          empty={[texts.emptyVersions, texts.emptyVersionsBody]}
        />
      )}
    </>
  );
}

render(
  <Shell {...page}>
    <Records />
  </Shell>,
  pageRoot(),
);
