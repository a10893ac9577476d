import { render } from "preact";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { GenerationRequest, ImportReport, Page, Photo } from "../api/types";
import type { FilePlan } from "../core/pairFiles";
import { photoTexts, photosTexts as texts } from "../core/texts/photos";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { PhotoTile } from "../ui/photos/photoTile";
import { RequestTable } from "../ui/photos/requestTable";
import { UploadPanel } from "../ui/photos/uploadPanel";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });

async function uploadSingle(plan: FilePlan<File>): Promise<void> {
  const form = new FormData();
  if (plan.photo) form.append("photo", plan.photo);
  if (plan.mask) form.append("mask", plan.mask);
  const photo = await client.post<Photo>("/api/photos/", form);
  showToast(texts.uploaded(photo.name, photo.targets.length > 0), "good");
}

async function uploadMany(plan: FilePlan<File>): Promise<ImportReport> {
  const form = new FormData();
  const isCoco = plan.kind === "coco";
  if (plan.annotations) form.append("annotations", plan.annotations);
  for (const file of plan.files) form.append(isCoco ? "photos" : "files", file);
  const report = await client.post<ImportReport>(isCoco ? "/api/imports/coco/" : "/api/imports/folder/", form);
  showToast(texts.imported(report.photos, report.targets, report.skipped.length), "good");
  return report;
}

function Photos() {
  const photos = useList((next) => client.get<Page<Photo>>(next ?? "/api/photos/"), 6000);
  const failed = useList(
    (next) => client.get<Page<GenerationRequest>>(next ?? "/api/generation-requests/?state=failed&limit=5"),
    6000,
  );
  const upload = useAction();
  const retry = useAction();

  const onUpload = async (plan: FilePlan<File>) => {
    let report: ImportReport | null = null;
    await upload.run(async () => {
      if (plan.kind === "single") await uploadSingle(plan);
      else report = await uploadMany(plan);
      await photos.reload();
    });
    return (report as ImportReport | null)?.skipped ?? [];
  };
  const onRetry = (ids: readonly number[]) =>
    retry.run(async () => {
      for (const id of ids) await client.post(`/api/generation-requests/${id}/retry/`);
      showToast(texts.retried, "good");
      await failed.reload();
    });

  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} />
      <UploadPanel onUpload={onUpload} isBusy={upload.isBusy} />
      <ErrorBox errors={upload.errors} />
      {(failed.items?.length ?? 0) > 0 && (
        <section class="card" data-testid="failed-requests">
          <div class="card-head">
            <h2>{texts.failedHeading}</h2>
            <button
              type="button"
              class="button is-small"
              disabled={retry.isBusy}
              onClick={() => onRetry(failed.items?.map((request) => request.id) ?? [])}
            >
              {texts.retryShown}
            </button>
          </div>
          <ErrorBox errors={retry.errors} />
          <RequestTable
            requests={failed.items ?? []}
            columns={photoTexts.columns}
            isBusy={retry.isBusy}
            onRetry={(id) => onRetry([id])}
          />
          <ShowMore hasMore={failed.hasMore} isLoading={failed.isLoading} onMore={failed.loadMore} />
        </section>
      )}
      <ErrorBox errors={photos.errors} onRetry={photos.reload} />
      {photos.items?.length === 0 && <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>}
      <div class="photo-grid">
        {photos.items?.map((photo) => (
          <PhotoTile key={photo.id} photo={photo} />
        ))}
      </div>
      <ShowMore hasMore={photos.hasMore} isLoading={photos.isLoading} onMore={photos.loadMore} />
    </>
  );
}

render(
  <Shell {...page}>
    <Photos />
  </Shell>,
  pageRoot(),
);
