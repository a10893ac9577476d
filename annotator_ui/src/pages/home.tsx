import { render } from "preact";
import { Client } from "../api/client";
import { hasRole, pageRoot, readPage } from "../api/page";
import type { Disagreement } from "../api/quality";
import type { ArtistJob, GenerationRequest, ModelServer, Page, Progress, RoundSummary } from "../api/types";
import { labelOf } from "../core/states";
import { homeTexts as texts } from "../core/texts/home";
import { Digest } from "../ui/digest";
import { NextCard } from "../ui/nextCard";
import { ProgressBar } from "../ui/progressBar";
import { Shell } from "../ui/shell";
import { useLoad } from "../ui/useLoad";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });

/** How many there are; the list is not read further than one page for it. */
function countOf(list: Page<unknown>): string {
  return `${list.results.length}${list.next ? "+" : ""}`;
}

function CampaignBar({ campaign }: { campaign: Progress["campaigns"][number] }) {
  const { annotate } = texts;
  const words = annotate.campaign(campaign.name, campaign.done, campaign.wanted);
  return (
    <span class="campaign-bar" data-testid={`campaign-${campaign.id}`}>
      <span class="hint">{words}</span>
      <ProgressBar share={campaign.wanted > 0 ? campaign.done / campaign.wanted : 0} label={words} />
    </span>
  );
}

function AnnotateCard() {
  const { data } = useLoad(() => client.get<Progress>("/api/annotation/progress/"));
  const { annotate } = texts;
  const agreement = data?.agreement?.rate;
  return (
    <NextCard heading={annotate.heading} href="/annotate/" action={annotate.action}>
      {data?.total ? annotate.today(data.today, data.total) : annotate.empty}
      {data && data.streak_days > 1 && ` ${annotate.streak(data.streak_days)}`}
      {agreement != null && ` ${annotate.agreement(Math.round(100 * agreement))}`}
      {data?.is_paused && ` ${annotate.paused}`}
      {data?.campaigns.map((campaign) => (
        <CampaignBar key={campaign.id} campaign={campaign} />
      ))}
    </NextCard>
  );
}

function JobsCard({ state, words }: { state: string; words: typeof texts.artist }) {
  const { data } = useLoad(() => client.get<Page<ArtistJob>>("/api/artist-jobs/", { state, limit: 50 }));
  return (
    <NextCard heading={words.heading} href={`/artist/?state=${state}`} action={words.action}>
      {data?.results.length ? words.open(countOf(data)) : words.none}
    </NextCard>
  );
}

/** Only the first few are asked for: each brings all that was said about it. */
function DisputesCard() {
  const { data } = useLoad(() => client.get<Page<Disagreement>>("/api/disagreements/", { limit: 20 }));
  const open = data?.results.filter((dispute) => dispute.adjudication === null).length ?? 0;
  const { disputes } = texts;
  return (
    <NextCard heading={disputes.heading} href="/disagreements/" action={disputes.action}>
      {open > 0 ? disputes.open(`${open}${data?.next ? "+" : ""}`) : disputes.none}
    </NextCard>
  );
}

function DoubtsCard() {
  const flags = useLoad(() => client.get<Page<unknown>>("/api/quality-flags/", { state: "suspected", limit: 50 }));
  const masks = useLoad(() => client.get<Page<unknown>>("/api/mask-flags/", { state: "open", limit: 50 }));
  const files = useLoad(() => client.get<Page<unknown>>("/api/asset-problems/", { state: "open", limit: 50 }));
  const { doubts } = texts;
  const hasFiles = (files.data?.results.length ?? 0) > 0;
  const isOnMasksPage = hasFiles || (masks.data?.results.length ?? 0) > 0;
  return (
    <NextCard heading={doubts.heading} href={isOnMasksPage ? "/mask-flags/" : "/annotators/"} action={doubts.action}>
      {flags.data && masks.data ? doubts.open(countOf(flags.data), countOf(masks.data)) : ""}
      {files.data && hasFiles && ` ${doubts.files(countOf(files.data))}`}
    </NextCard>
  );
}

function PhotosCard() {
  const query = { state: "failed", limit: 50 };
  const { data } = useLoad(() => client.get<Page<GenerationRequest>>("/api/generation-requests/", query));
  const { photos } = texts;
  return (
    <NextCard heading={photos.heading} href="/photos/" action={photos.action}>
      {data?.results.length ? photos.failed(countOf(data)) : photos.fine}
    </NextCard>
  );
}

function RoundsCard() {
  const { data } = useLoad(() => client.get<Page<RoundSummary>>("/api/rounds/", { limit: 1 }));
  const last = data?.results[0];
  const { rounds } = texts;
  return (
    <NextCard heading={rounds.heading} href="/rounds/" action={rounds.action}>
      {last ? rounds.last(last.name, labelOf(last.state)) : rounds.none}
    </NextCard>
  );
}

function ServerCard() {
  const { data } = useLoad(() => client.get<ModelServer>("/api/model-server/"));
  const { server } = texts;
  return (
    <NextCard heading={server.heading} href="/checkpoints/" action={server.action}>
      {data?.checkpoint_sha256 ? (
        <>
          {server.ready} <Digest sha256={data.checkpoint_sha256} />.
        </>
      ) : (
        (data?.error ?? server.empty)
      )}
    </NextCard>
  );
}

function Wheel() {
  return (
    <section class="card">
      <h2>{texts.wheel}</h2>
      <ol class="wheel">
        {texts.steps.map((step) => (
          <li key={step.name}>
            <strong>{step.name}</strong>
            <span class="hint">{step.who}</span>
            <span>{step.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Home() {
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{texts.greeting(page.me.display_name)}</h1>
          <p>{texts.lead}</p>
        </div>
      </div>
      <h2>{texts.next}</h2>
      <div class="columns">
        {hasRole(page, "annotator") && <AnnotateCard />}
        {hasRole(page, "artist") && <JobsCard state="open" words={texts.artist} />}
        {hasRole(page, "reviewer") && <JobsCard state="in_review" words={texts.review} />}
        {hasRole(page, "reviewer") && <DisputesCard />}
        {hasRole(page, "reviewer", "ml_lead") && <DoubtsCard />}
        {hasRole(page, "ml_lead") && <PhotosCard />}
        {hasRole(page, "ml_lead") && <RoundsCard />}
        {hasRole(page, "ml_lead") && <ServerCard />}
      </div>
      <Wheel />
    </>
  );
}

render(
  <Shell {...page}>
    <Home />
  </Shell>,
  pageRoot(),
);
