import { render } from "preact";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import { qualityTexts, disagreementsTexts as texts } from "../core/texts/quality";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { CheckField } from "../ui/quality/fields";
import { SubNav } from "../ui/quality/subNav";
import { Shell } from "../ui/shell";
import { Desk } from "./disagreements/desk";
import { type Queue, useQueue } from "./disagreements/queue";
import { qualityPages } from "./parts/qualityNav";
import "../ui/theme.css";
import "../ui/quality/quality.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const campaignId = new URLSearchParams(location.search).get("campaign_id");

function Place({ queue }: { queue: Queue }) {
  const target = queue.current?.target;
  if (!target) return null;
  return (
    <div class="row">
      <strong>{qualityTexts.object(target.id)}</strong>
      {campaignId ? (
        <a class="badge is-active" href="/disagreements/" title={texts.allCampaigns}>
          {target.campaign_name} ✕
        </a>
      ) : (
        <a class="badge" href={`/disagreements/?campaign_id=${target.campaign_id}`} title={texts.onlyCampaign}>
          {target.campaign_name}
        </a>
      )}
      <span class="hint" data-testid="place">
        {texts.place(queue.index + 1, queue.count)}
      </span>
      <button type="button" class="button is-small" onClick={() => queue.move(-1)}>
        <kbd>P</kbd> {texts.previous}
      </button>
      <button type="button" class="button is-small" onClick={() => queue.move(1)}>
        <kbd>N</kbd> {texts.next}
      </button>
    </div>
  );
}

function Nothing({ isSettledShown }: { isSettledShown: boolean }) {
  if (isSettledShown) return <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>;
  return <Empty heading={texts.allSettled}>{texts.allSettledBody}</Empty>;
}

function Disagreements() {
  const queue = useQueue(client, campaignId);
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead}>
        <Place queue={queue} />
        <CheckField label={texts.showSettled} isOn={queue.isSettledShown} onChange={queue.showSettled} />
      </PageHead>
      <SubNav current="disagreements" pages={qualityPages(page)} />
      <ErrorBox errors={queue.errors} onRetry={queue.reload} />
      {queue.items?.length === 0 && <Nothing isSettledShown={queue.isSettledShown} />}
      {queue.current && (
        <Desk
          client={client}
          dispute={queue.current}
          ahead={queue.items?.[queue.index + 1] ?? null}
          onMove={queue.move}
          onSettled={queue.reload}
        />
      )}
    </>
  );
}

render(
  <Shell {...page} isWide>
    <Disagreements />
  </Shell>,
  pageRoot(),
);
