/** A person's own answers, newest first, and the way to correct one. */

import "../ui/theme.css";
import { render } from "preact";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { components } from "../api/schema";
import type { Answer, Page } from "../api/types";
import { texts } from "../core/texts";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { type Column, Table } from "../ui/table";
import { Time } from "../ui/time";
import { useList } from "../ui/useList";

type OwnChoice = Answer<components["schemas"]["OwnChoice"]>;

const page = readPage();
const client = new Client({ csrf: page.csrf });
const own = texts.annotate;
const { answerColumns: columns } = own;

const COLUMNS: Column<OwnChoice>[] = [
  {
    label: columns.photo,
    cell: (choice) => <img class="preview-small" src={choice.image_url} alt="" loading="lazy" />,
  },
  { label: columns.what, cell: (choice) => own.outcomes[choice.outcome] ?? choice.outcome },
  { label: columns.rating, cell: (choice) => choice.rating_label || "–" },
  { label: columns.when, cell: (choice) => <Time at={choice.created_at} /> },
  {
    label: columns.revision,
    cell: (choice) => (choice.revision === 0 ? own.firstVersion : own.version(choice.revision)),
  },
  {
    label: own.correct,
    cell: (choice) =>
      choice.is_revisable ? (
        <a class="button is-small" href={`/annotate/answers/${choice.id}/`} data-testid={`correct-${choice.id}`}>
          {own.correct}
        </a>
      ) : (
        <span class="hint">{own.isFinal}</span>
      ),
  },
];

function Answers() {
  const list = useList((next) => client.get<Page<OwnChoice>>(next ?? "/api/choices/", next ? {} : { limit: 50 }));
  return (
    <>
      <PageHead title={own.myAnswers} lead={own.answersLead} back={{ href: "/annotate/", label: own.title }} />
      <ErrorBox errors={list.errors} onRetry={() => void list.reload()} />
      {list.items?.length === 0 && <Empty heading={own.answersEmpty}>{own.answersEmptyHint}</Empty>}
      {list.items && list.items.length > 0 && (
        <Table columns={COLUMNS} rows={list.items} keyOf={(choice) => choice.id} testid="answers" />
      )}
      <ShowMore hasMore={list.hasMore} isLoading={list.isLoading} onMore={() => void list.loadMore()} />
    </>
  );
}

render(
  <Shell {...page}>
    <Answers />
  </Shell>,
  pageRoot(),
);
