import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { ArtistJob, Page } from "../api/types";
import { formatAgo } from "../core/format";
import { labelOf } from "../core/states";
import { artistTexts as texts } from "../core/texts/artist";
import { StateBadge } from "../ui/badge";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { MaskedPhoto } from "../ui/maskedPhoto";
import { PageHead } from "../ui/pageHead";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { Tabs } from "../ui/tabs";
import { useList } from "../ui/useList";
import "../ui/theme.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const tabs = ["", "open", "taken", "in_review", "approved"].map((name) => [name, labelOf(name) || texts.all] as const);

function JobRow({ job }: { job: ArtistJob }) {
  return (
    <tr data-testid="job" data-job-id={job.id}>
      <td class="thumb">
        <MaskedPhoto
          imageUrl={job.photo.image_url}
          maskUrls={[job.mask_url]}
          width={job.photo.width}
          height={job.photo.height}
          label={job.photo.name ?? ""}
        />
      </td>
      <td>
        <a href={`/artist/${job.id}/`}>{job.photo.name || `#${job.id}`}</a>
      </td>
      <td>
        <StateBadge state={job.state} />
      </td>
      <td>{job.artist ?? "–"}</td>
      <td class="number">{job.rejects.length}</td>
      <td class="number">{job.uploads.length}</td>
      <td>{formatAgo(job.created_at)}</td>
    </tr>
  );
}

function Jobs({ state }: { state: string }) {
  const jobs = useList(
    (next) => client.get<Page<ArtistJob>>(next ?? "/api/artist-jobs/", next ? {} : { state }),
    10000,
  );
  const { columns } = texts;
  if (jobs.items?.length === 0) return <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>;
  return (
    <>
      <ErrorBox errors={jobs.errors} onRetry={jobs.reload} />
      {jobs.items && (
        <section class="card">
          <div class="table-scroll">
            <table class="table">
              <thead>
                <tr>
                  <th />
                  <th>{columns.object}</th>
                  <th>{columns.state}</th>
                  <th>{columns.artist}</th>
                  <th class="number">{columns.rejects}</th>
                  <th class="number">{columns.uploads}</th>
                  <th>{columns.since}</th>
                </tr>
              </thead>
              <tbody>
                {jobs.items.map((job) => (
                  <JobRow key={job.id} job={job} />
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      <ShowMore hasMore={jobs.hasMore} isLoading={jobs.isLoading} onMore={jobs.loadMore} />
    </>
  );
}

function Artist() {
  const [state, setState] = useState(new URLSearchParams(location.search).get("state") ?? "");
  const choose = (next: string) => {
    setState(next);
    history.replaceState(null, "", next ? `?state=${next}` : location.pathname);
  };
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} />
      <Tabs tabs={tabs} selected={state} label={texts.filter} onSelect={choose} />
      <Jobs key={state} state={state} />
    </>
  );
}

render(
  <Shell {...page}>
    <Artist />
  </Shell>,
  pageRoot(),
);
