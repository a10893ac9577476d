import { render } from "preact";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { GoldPair } from "../api/quality";
import type { Page, TargetObject } from "../api/types";
import { qualityTexts, goldTexts as texts } from "../core/texts/quality";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { SubNav } from "../ui/quality/subNav";
import { TargetTile } from "../ui/quality/targetTile";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { type Column, Table } from "../ui/table";
import { Time } from "../ui/time";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import { PairDesk } from "./gold/pairDesk";
import { qualityPages } from "./parts/qualityNav";
import "../ui/theme.css";
import "../ui/quality/quality.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
// The address says what is open, so that the browser's own way back works.
const asked = new URLSearchParams(location.search);
const target = asked.get("target");

function Preview({ id, label }: { id: string; label: string }) {
  return <img class="gold-preview" src={`/api/assets/candidates/${id}/preview`} alt={label} loading="lazy" />;
}

function columnsWith(flip: (pair: GoldPair) => void, isBusy: boolean): Column<GoldPair>[] {
  const { columns: labels } = texts;
  return [
    { label: labels.better, cell: (pair) => <Preview id={pair.better_id} label={labels.better} /> },
    { label: labels.worse, cell: (pair) => <Preview id={pair.worse_id} label={labels.worse} /> },
    {
      label: labels.target,
      cell: (pair) => <a href={`/gold/?target=${pair.target_id}`}>{qualityTexts.object(pair.target_id)}</a>,
    },
    { label: labels.note, cell: (pair) => <span class="wrap">{pair.note || "–"}</span> },
    { label: labels.created, cell: (pair) => <Time at={pair.created_at} /> },
    {
      label: labels.state,
      cell: (pair) => (
        <span class="row">
          <span class={`badge ${pair.is_active ? "is-good" : ""}`} data-active={pair.is_active}>
            {pair.is_active ? texts.active : texts.inactive}
          </span>
          <button type="button" class="button is-small" disabled={isBusy} onClick={() => flip(pair)}>
            {pair.is_active ? texts.deactivate : texts.activate}
          </button>
        </span>
      ),
    },
  ];
}

function Pairs() {
  const pairs = useList((next) => client.get<Page<GoldPair>>(next ?? "/api/gold-pairs/"));
  const action = useAction();
  const flip = (pair: GoldPair) =>
    void action.run(async () => {
      await client.patch(`/api/gold-pairs/${pair.id}/`, { is_active: !pair.is_active });
      showToast(pair.is_active ? texts.deactivated : texts.activated, "good");
      await pairs.reload();
    });
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead}>
        <a class="button is-primary" href="/gold/?add=1">
          {texts.add}
        </a>
      </PageHead>
      <SubNav current="gold" pages={qualityPages(page)} />
      <ErrorBox errors={[...action.errors, ...pairs.errors]} onRetry={pairs.reload} />
      {pairs.items?.length === 0 && <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>}
      {(pairs.items?.length ?? 0) > 0 && (
        <section class="card">
          <Table
            columns={columnsWith(flip, action.isBusy)}
            rows={pairs.items ?? []}
            keyOf={(pair) => pair.id}
            testid="gold-pairs"
          />
        </section>
      )}
      <ShowMore hasMore={pairs.hasMore} isLoading={pairs.isLoading} onMore={pairs.loadMore} />
    </>
  );
}

function TargetChoice() {
  const targets = useList((next) => client.get<Page<TargetObject>>(next ?? "/api/targets/?status=ready"));
  return (
    <>
      <PageHead title={texts.pickTarget} lead={texts.pickTargetLead} back={{ href: "/gold/", label: texts.back }} />
      <ErrorBox errors={targets.errors} onRetry={targets.reload} />
      {targets.items?.length === 0 && <Empty heading={texts.noTargets}>{texts.noTargetsBody}</Empty>}
      <div class="target-grid">
        {targets.items?.map((item) => (
          <TargetTile
            key={item.id}
            target={item}
            label={qualityTexts.object(item.id)}
            onPress={() => location.assign(`/gold/?target=${item.id}`)}
          />
        ))}
      </div>
      <ShowMore hasMore={targets.hasMore} isLoading={targets.isLoading} onMore={targets.loadMore} />
    </>
  );
}

function Gold() {
  if (target) return <PairDesk client={client} targetId={target} />;
  return asked.has("add") ? <TargetChoice /> : <Pairs />;
}

render(
  <Shell {...page}>
    <Gold />
  </Shell>,
  pageRoot(),
);
