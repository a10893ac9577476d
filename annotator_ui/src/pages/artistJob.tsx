import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { sendToStorage, sha256OfFile } from "../api/directUpload";
import { hasRole, pageRoot, readPage } from "../api/page";
import type { ArtistJob, MeshUpload, UploadTicket } from "../api/types";
import { labelOf } from "../core/states";
import { artistTexts as texts } from "../core/texts/artist";
import { RejectCard } from "../ui/artist/rejectCard";
import { UploadCard } from "../ui/artist/uploadCard";
import { StateBadge } from "../ui/badge";
import { DropZone } from "../ui/dropZone";
import { ErrorBox } from "../ui/errorBox";
import { MaskedPhoto } from "../ui/maskedPhoto";
import { PageHead } from "../ui/pageHead";
import { ProgressBar } from "../ui/progressBar";
import { Shell } from "../ui/shell";
import { showToast } from "../ui/toasts";
import { type Action, useAction } from "../ui/useAction";
import { useLoad } from "../ui/useLoad";
import { ModelStage } from "./parts/modelStage";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const address = `/api/artist-jobs/${page.params.id}/`;
const canReview = hasRole(page, "reviewer");
const canMake = hasRole(page, "artist");

interface PartProps {
  job: ArtistJob;
  reload: () => Promise<void>;
}

function UploadPart({ job, reload }: PartProps) {
  const action = useAction();
  const [step, setStep] = useState("");
  const [share, setShare] = useState(0);
  const isMine = job.state === "taken" && job.artist === page.me.username;
  const upload = ([file]: File[]) =>
    action.run(async () => {
      if (!file) return;
      setShare(0);
      setStep(texts.hashing);
      const sha256 = await sha256OfFile(file);
      const ask = { file_name: file.name, size_bytes: file.size, sha256 };
      const ticket = await client.post<UploadTicket>(`${address}uploads/`, ask);
      setStep(texts.sending);
      await sendToStorage(ticket, file, setShare);
      setStep(texts.checking);
      const checked = await client.post<MeshUpload>(`/api/mesh-uploads/${ticket.upload_id}/complete/`);
      if (checked.state === "checked") showToast(texts.passed, "good");
      await reload();
    });
  if (!isMine) return job.state === "open" && canMake ? <p class="note">{texts.takeFirst}</p> : null;
  return (
    <section class="card">
      <h2>{texts.uploadHeading}</h2>
      <DropZone
        accept=".glb,model/gltf-binary"
        label={texts.chooseGlb}
        isMultiple={false}
        isDisabled={action.isBusy}
        onFiles={upload}
      >
        <span class="hint">{action.isBusy ? step : texts.uploadHint}</span>
      </DropZone>
      {action.isBusy && <ProgressBar share={share} label={step} />}
      <ErrorBox errors={action.errors} />
    </section>
  );
}

function Versions({ job, reload, shown, show }: PartProps & { shown: string; show: (url: string) => void }) {
  const action = useAction();
  const review = (upload: MeshUpload, verdict: "approve" | "reject", reason: string) =>
    action.run(async () => {
      await client.post(`/api/mesh-uploads/${upload.id}/review/`, { verdict, reason });
      showToast(verdict === "approve" ? texts.approved : texts.sentBack, "good");
      await reload();
    });
  return (
    <section class="card">
      <h2>{texts.versions}</h2>
      <ErrorBox errors={action.errors} />
      {job.uploads.length === 0 && <p class="hint">{texts.noVersions}</p>}
      {job.uploads.map((upload) => (
        <UploadCard
          key={upload.id}
          upload={upload}
          canReview={canReview}
          isBusy={action.isBusy}
          isShown={upload.mesh_url === shown}
          onShow={() => show(upload.mesh_url ?? "")}
          onReview={(verdict, reason) => review(upload, verdict, reason)}
        />
      ))}
    </section>
  );
}

function Hold({ job, action, reload }: PartProps & { action: Action }) {
  if (!canMake) return null;
  const change = (path: string, text: string) =>
    action.run(async () => {
      await client.post(`${address}${path}`);
      showToast(text, "good");
      await reload();
    });
  if (job.state === "open") {
    return (
      <button
        type="button"
        class="button is-primary"
        disabled={action.isBusy}
        onClick={() => change("take/", texts.taken)}
      >
        {texts.take}
      </button>
    );
  }
  if (job.state !== "taken" || job.artist !== page.me.username) return null;
  return (
    <button type="button" class="button" disabled={action.isBusy} onClick={() => change("release/", texts.released)}>
      {texts.release}
    </button>
  );
}

function Material({ job }: { job: ArtistJob }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{texts.material}</h2>
        <div class="row">
          <a class="button is-small" href={job.photo.image_url} download>
            ↓ {texts.downloadPhoto}
          </a>
          <a class="button is-small" href={job.mask_url} download>
            ↓ {texts.downloadMask}
          </a>
        </div>
      </div>
      <MaskedPhoto
        imageUrl={job.photo.image_url}
        maskUrls={[job.mask_url]}
        width={job.photo.width}
        height={job.photo.height}
        label={job.photo.name ?? ""}
      />
    </section>
  );
}

function Job() {
  const { data: job, errors, reload } = useLoad(() => client.get<ArtistJob>(address), 10000);
  const hold = useAction();
  const [chosen, setChosen] = useState("");
  if (!job) return <ErrorBox errors={errors} onRetry={reload} />;
  const shown =
    chosen || (job.uploads.findLast((upload) => upload.mesh_url)?.mesh_url ?? job.rejects[0]?.mesh_url ?? "");
  return (
    <>
      <PageHead
        title={job.photo.name || `#${job.id}`}
        lead={<StateBadge state={job.state} />}
        back={{ href: "/artist/", label: texts.back }}
      >
        <Hold job={job} action={hold} reload={reload} />
      </PageHead>
      <ErrorBox errors={[...errors, ...hold.errors]} />
      <div class="columns is-even">
        <div class="stack is-loose">
          <Material job={job} />
          <section class="card">
            <h2>{texts.rejectsHeading}</h2>
            {job.rejects.length === 0 && <p class="hint">{texts.noRejects}</p>}
            <div class="reject-grid">
              {job.rejects.map((reject) => (
                <RejectCard
                  key={reject.id}
                  reject={reject}
                  isShown={reject.mesh_url === shown}
                  labelOf={labelOf}
                  onShow={() => setChosen(reject.mesh_url)}
                />
              ))}
            </div>
          </section>
        </div>
        <div class="stack is-loose">
          <section class="card">
            <h2>{texts.viewerHeading}</h2>
            {shown && <ModelStage url={shown} label={texts.viewerHeading} />}
            <p class="hint">{texts.viewerHint}</p>
          </section>
          <UploadPart job={job} reload={reload} />
          <Versions job={job} reload={reload} shown={shown} show={setChosen} />
        </div>
      </div>
    </>
  );
}

render(
  <Shell {...page}>
    <Job />
  </Shell>,
  pageRoot(),
);
