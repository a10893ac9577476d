import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { Checkpoint, Deployment, ModelServer, Page } from "../api/types";
import { checkpointsTexts as texts } from "../core/texts/checkpoints";
import { StateBadge } from "../ui/badge";
import { ConfirmDialog } from "../ui/confirmDialog";
import { Digest } from "../ui/digest";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { type LoadedList, useList } from "../ui/useList";
import { useLoad } from "../ui/useLoad";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });

function explain(server: ModelServer): string {
  if (server.error) return server.error;
  if (!server.is_in_sync) return texts.outOfSync;
  return server.checkpoint_sha256 ? texts.inSync : texts.holdsNothing;
}

function ServerCard() {
  const { data, errors, reload } = useLoad(() => client.get<ModelServer>("/api/model-server/"), 5000);
  return (
    <section class="card" data-testid="model-server">
      <h2>{texts.server}</h2>
      <ErrorBox errors={errors} onRetry={reload} />
      {data && (
        <div class="row">
          <StateBadge state={data.status} />
          <Digest sha256={data.checkpoint_sha256} />
          <span class="hint">{explain(data)}</span>
        </div>
      )}
    </section>
  );
}

function Rollback({ onDone, onClose }: { onDone: () => Promise<void>; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const action = useAction();
  const rollBack = async () => {
    const isDone = await action.run(async () => {
      await client.post("/api/deployments/rollback/", { reason });
      showToast(texts.rolledBack, "good");
      await onDone();
    });
    if (isDone) onClose();
  };
  return (
    <ConfirmDialog
      heading={texts.rollbackHeading}
      confirmLabel={texts.rollback}
      isBusy={action.isBusy}
      onConfirm={rollBack}
      onCancel={onClose}
    >
      <p>{texts.rollbackBody}</p>
      <label class="field">
        <span>{texts.reason}</span>
        <input
          type="text"
          required
          value={reason}
          placeholder={texts.reasonPlaceholder}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <ErrorBox errors={action.errors} />
    </ConfirmDialog>
  );
}

function Deployments({ deployments }: { deployments: LoadedList<Deployment> }) {
  const [isAsking, setIsAsking] = useState(false);
  const rows = deployments.items ?? [];
  const live = rows[0];
  const canRollBack = rows.some((row) => row.checkpoint_sha256 !== live?.checkpoint_sha256);
  return (
    <section class="card">
      <div class="card-head">
        <h2>{texts.deployments}</h2>
        <button type="button" class="button is-danger" disabled={!canRollBack} onClick={() => setIsAsking(true)}>
          {texts.rollback}
        </button>
      </div>
      <ErrorBox errors={deployments.errors} onRetry={deployments.reload} />
      {deployments.items?.length === 0 && <Empty heading={texts.noDeployments}>{texts.noDeploymentsBody}</Empty>}
      {live && (
        <Table
          testid="deployments"
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            { label: "", cell: (row) => row === live && <StateBadge state={texts.live} /> },
            { label: texts.columns.checkpoint, cell: (row) => <Digest sha256={row.checkpoint_sha256} /> },
            { label: texts.reason, cell: (row) => <span class="wrap">{row.reason}</span> },
            { label: texts.columns.by, cell: (row) => row.deployed_by ?? "–" },
            { label: texts.columns.created, cell: (row) => <Time at={row.created_at} /> },
          ]}
        />
      )}
      <ShowMore hasMore={deployments.hasMore} isLoading={deployments.isLoading} onMore={deployments.loadMore} />
      {isAsking && <Rollback onDone={deployments.reload} onClose={() => setIsAsking(false)} />}
    </section>
  );
}

function Checkpoints() {
  const deployments = useList((next) => client.get<Page<Deployment>>(next ?? "/api/deployments/"), 10000);
  const checkpoints = useList((next) => client.get<Page<Checkpoint>>(next ?? "/api/checkpoints/"), 10000);
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} />
      <ServerCard />
      <Deployments deployments={deployments} />
      <section class="card">
        <h2>{texts.checkpoints}</h2>
        <ErrorBox errors={checkpoints.errors} onRetry={checkpoints.reload} />
        {checkpoints.items?.length === 0 && <p class="hint">{texts.none}</p>}
        <Table
          testid="checkpoints"
          rows={checkpoints.items ?? []}
          keyOf={(row) => row.checkpoint_sha256}
          columns={[
            { label: texts.columns.checkpoint, cell: (row) => <Digest sha256={row.checkpoint_sha256} /> },
            { label: texts.columns.stage, cell: (row) => row.stage },
            { label: texts.columns.recipe, cell: (row) => row.recipe },
            { label: texts.columns.parent, cell: (row) => <Digest sha256={row.parent_sha256} /> },
            { label: texts.columns.dataset, cell: (row) => <Digest sha256={row.dataset_sha256} /> },
            { label: texts.columns.created, cell: (row) => <Time at={row.created_at} /> },
          ]}
        />
        <ShowMore hasMore={checkpoints.hasMore} isLoading={checkpoints.isLoading} onMore={checkpoints.loadMore} />
      </section>
    </>
  );
}

render(
  <Shell {...page}>
    <Checkpoints />
  </Shell>,
  pageRoot(),
);
