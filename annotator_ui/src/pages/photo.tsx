import { render } from "preact";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { Photo, TargetDetail, TargetObject } from "../api/types";
import { photoTexts as texts } from "../core/texts/photos";
import { SimulatedBadge, StateBadge } from "../ui/badge";
import { DropZone } from "../ui/dropZone";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { MaskedPhoto } from "../ui/maskedPhoto";
import { PageHead } from "../ui/pageHead";
import { CandidateGrid } from "../ui/photos/candidateGrid";
import { RequestTable } from "../ui/photos/requestTable";
import { Shell } from "../ui/shell";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useLoad } from "../ui/useLoad";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const address = `/api/photos/${page.params.id}/`;

function Target({ target, reload }: { target: TargetObject; reload: () => Promise<void> }) {
  const action = useAction();
  const change = (path: string) =>
    action.run(async () => {
      await client.post(path);
      showToast(texts.proposed, "good");
      await reload();
    });
  const requests = target.generation_requests ?? [];
  return (
    <section class="card" data-testid="target" data-target-id={target.id}>
      <div class="card-head">
        <div class="row">
          <h2>{texts.target(target.name || String(target.id))}</h2>
          <StateBadge state={target.status} />
        </div>
        <div class="row">
          <a class="button is-small" href={`/targets/${target.id}/mask/`}>
            {texts.editMask}
          </a>
          <button
            type="button"
            class="button is-small"
            disabled={action.isBusy}
            onClick={() => change(`/api/targets/${target.id}/propose/`)}
          >
            {texts.propose}
          </button>
        </div>
      </div>
      <p class="hint">
        {(target.area_fraction * 100).toFixed(1)}% {texts.area};{" "}
        {target.split === "heldout" ? texts.heldout : texts.train}
      </p>
      {target.stale_candidate_count > 0 && (
        <p class="note is-warn" data-testid="stale-notice">
          {texts.stale(target.stale_candidate_count, target.candidate_count)}
        </p>
      )}
      <ErrorBox errors={action.errors} />
      <h3>{texts.requests}</h3>
      {requests.length === 0 ? (
        <p class="hint">{texts.noRequests}</p>
      ) : (
        <RequestTable
          requests={requests}
          columns={texts.columns}
          isBusy={action.isBusy}
          onRetry={(id) => change(`/api/generation-requests/${id}/retry/`)}
        />
      )}
      <Candidates key={`${target.mask_version} ${target.candidate_count}`} target={target} />
    </section>
  );
}

/** Loaded again whenever the target has more candidates than before. */
function Candidates({ target }: { target: TargetObject }) {
  const { data } = useLoad(() => client.get<TargetDetail>(`/api/targets/${target.id}/`));
  return (
    <>
      <h3>{texts.candidates}</h3>
      <CandidateGrid candidates={data?.candidates ?? []} />
    </>
  );
}

function PhotoPage() {
  const { data: photo, errors, reload } = useLoad(() => client.get<Photo>(address), 4000);
  const upload = useAction();
  const addMask = (files: File[]) =>
    upload.run(async () => {
      const form = new FormData();
      if (files[0]) form.append("mask", files[0]);
      await client.post(`${address}targets/`, form);
      showToast(texts.added, "good");
      await reload();
    });
  if (!photo) return <ErrorBox errors={errors} onRetry={reload} />;
  return (
    <>
      <PageHead
        title={photo.name}
        lead={
          <>
            {photo.width} × {photo.height} <SimulatedBadge isSimulated={photo.is_simulated} /> {photo.credit}
          </>
        }
        back={{ href: "/photos/", label: texts.back }}
      />
      <ErrorBox errors={errors} onRetry={reload} />
      <div class="columns is-side">
        <div class="stack">
          {photo.targets.length === 0 && <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>}
          {photo.targets.map((target) => (
            <Target key={target.id} target={target} reload={reload} />
          ))}
        </div>
        <div class="stack">
          <MaskedPhoto
            imageUrl={photo.image_url}
            maskUrls={photo.targets.map((target) => target.mask_url)}
            width={photo.width}
            height={photo.height}
            label={photo.name}
          />
          <DropZone
            accept="image/png"
            label={texts.addMask}
            isMultiple={false}
            isDisabled={upload.isBusy}
            onFiles={addMask}
          >
            <span class="hint">{texts.addMaskHint}</span>
          </DropZone>
          <ErrorBox errors={upload.errors} />
        </div>
      </div>
    </>
  );
}

render(
  <Shell {...page}>
    <PhotoPage />
  </Shell>,
  pageRoot(),
);
