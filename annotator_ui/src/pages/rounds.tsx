import { render } from "preact";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { Page, Round, RoundSummary } from "../api/types";
import { formatNumber, formatSeconds } from "../core/format";
import { roundsTexts as texts } from "../core/texts/rounds";
import { StateBadge } from "../ui/badge";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { type RoundAsk, StartForm } from "../ui/rounds/startForm";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { type Column, Table } from "../ui/table";
import { Time } from "../ui/time";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });

function tookOf(round: RoundSummary): string {
  if (!round.started_at) return "–";
  const end = round.finished_at ? Date.parse(round.finished_at) : Date.now();
  return formatSeconds((end - Date.parse(round.started_at)) / 1000);
}

const { columns: labels } = texts;
const columns: Column<RoundSummary>[] = [
  { label: labels.name, cell: (round) => <a href={`/rounds/${round.id}/`}>{round.name || texts.unnamed(round.id)}</a> },
  { label: labels.state, cell: (round) => <StateBadge state={round.state} /> },
  { label: labels.reason, cell: (round) => <span class="wrap">{round.verdict?.reason || round.state_reason}</span> },
  { label: labels.alpha, isNumber: true, cell: (round) => formatNumber(round.alpha, 2) },
  { label: labels.created, cell: (round) => <Time at={round.created_at} /> },
  { label: labels.took, isNumber: true, cell: tookOf },
];

function Rounds() {
  const rounds = useList((next) => client.get<Page<RoundSummary>>(next ?? "/api/rounds/"), 4000);
  const action = useAction();
  const start = (ask: RoundAsk) =>
    action.run(async () => {
      const round = await client.post<Round>("/api/rounds/", ask);
      location.assign(`/rounds/${round.id}/`);
    });
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} />
      <StartForm isBusy={action.isBusy} onStart={start} />
      <ErrorBox errors={action.errors} />
      <ErrorBox errors={rounds.errors} onRetry={rounds.reload} />
      {rounds.items?.length === 0 && <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>}
      {(rounds.items?.length ?? 0) > 0 && (
        <section class="card">
          <Table columns={columns} rows={rounds.items ?? []} keyOf={(round) => round.id} testid="rounds" />
        </section>
      )}
      <ShowMore hasMore={rounds.hasMore} isLoading={rounds.isLoading} onMore={rounds.loadMore} />
    </>
  );
}

render(
  <Shell {...page}>
    <Rounds />
  </Shell>,
  pageRoot(),
);
