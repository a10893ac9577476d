import type { Client } from "../../api/client";
import type { AssetProblem } from "../../api/quality";
import type { Page } from "../../api/types";
import { assetProblemTexts as texts } from "../../core/texts/quality";
import { ErrorBox } from "../../ui/errorBox";
import { OutlinedPhoto } from "../../ui/quality/targetTile";
import { ShowMore } from "../../ui/showMore";
import { type Column, Table } from "../../ui/table";
import { Time } from "../../ui/time";
import { showToast } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { useList } from "../../ui/useList";

function photoOf(problem: AssetProblem) {
  const target = { id: problem.target_id, name: "", image_url: problem.image_url, mask_url: problem.mask_url };
  return (
    <div class="asset-thumb">
      <OutlinedPhoto target={target} label={texts.object(problem.target_id)} isTile />
    </div>
  );
}

/** The candidates whose files people could not have; nothing where there are none. `photoHref` only for who may go. */
export function AssetProblems({ client, photoHref }: { client: Client; photoHref: ((id: number) => string) | null }) {
  const list = useList((next) => client.get<Page<AssetProblem>>(next ?? "/api/asset-problems/?state=open"));
  const action = useAction();
  const resolve = (problem: AssetProblem) =>
    action.run(async () => {
      await client.post(`/api/asset-problems/${problem.id}/resolve/`);
      showToast(texts.resolved, "good");
      await list.reload();
    });
  const object = ({ target_id: id, photo_id: photo }: AssetProblem) =>
    photoHref ? <a href={photoHref(photo)}>{texts.object(id)}</a> : texts.object(id);
  const columns: Column<AssetProblem>[] = [
    { label: texts.columns.photo, cell: photoOf },
    { label: texts.columns.object, cell: object },
    {
      label: texts.columns.candidate,
      cell: (problem) => <a href={`/lineage/${problem.candidate_id}/`}>{problem.generator}</a>,
    },
    { label: texts.columns.kind, cell: (problem) => texts.kinds[problem.kind] },
    { label: texts.columns.by, cell: (problem) => problem.annotator ?? texts.nobody },
    { label: texts.columns.at, cell: (problem) => <Time at={problem.created_at} /> },
    {
      label: "",
      cell: (problem) => (
        <button type="button" class="button is-small" disabled={action.isBusy} onClick={() => resolve(problem)}>
          {texts.resolve}
        </button>
      ),
    },
  ];
  if (!list.items?.length) return <ErrorBox errors={list.errors} onRetry={list.reload} />;
  return (
    <section class="card" data-testid="asset-problems">
      <h2>{texts.heading(`${list.items.length}${list.hasMore ? "+" : ""}`)}</h2>
      <p class="hint">{texts.lead}</p>
      <ErrorBox errors={[...list.errors, ...action.errors]} />
      <Table columns={columns} rows={list.items} keyOf={(problem) => problem.id} />
      <ShowMore hasMore={list.hasMore} isLoading={list.isLoading} onMore={list.loadMore} />
    </section>
  );
}
