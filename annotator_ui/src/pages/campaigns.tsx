import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { Campaign } from "../api/quality";
import type { Page } from "../api/types";
import { percent } from "../core/shares";
import { campaignsTexts as texts } from "../core/texts/campaigns";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { CampaignForm, type CampaignRules, FIRST_RULES } from "../ui/quality/campaignForm";
import { CampaignBadges, CampaignProgress } from "../ui/quality/campaignParts";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { type Column, Table } from "../ui/table";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import "../ui/theme.css";
import "../ui/quality/quality.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const { columns: labels } = texts;

function columnsWith(pause: (campaign: Campaign) => void, isBusy: boolean): Column<Campaign>[] {
  return [
    { label: labels.name, cell: (campaign) => <a href={`/campaigns/${campaign.id}/`}>{campaign.name}</a> },
    { label: labels.state, cell: (campaign) => <CampaignBadges campaign={campaign} /> },
    { label: labels.progress, cell: (campaign) => <CampaignProgress campaign={campaign} /> },
    { label: labels.overlap, isNumber: true, cell: (campaign) => campaign.overlap },
    { label: labels.priority, isNumber: true, cell: (campaign) => campaign.priority },
    { label: labels.gold, isNumber: true, cell: (campaign) => percent(campaign.gold_rate) },
    { label: labels.repeats, isNumber: true, cell: (campaign) => percent(campaign.repeat_rate) },
    { label: labels.skills, cell: (campaign) => campaign.skills.join(", ") || "–" },
    {
      label: labels.action,
      cell: (campaign) => (
        <button type="button" class="button is-small" disabled={isBusy} onClick={() => pause(campaign)}>
          {campaign.is_paused ? texts.resume : texts.pause}
        </button>
      ),
    },
  ];
}

function Creation({ onCancel }: { onCancel: () => void }) {
  const action = useAction();
  const create = (rules: CampaignRules) =>
    action.run(async () => {
      const campaign = await client.post<Campaign>("/api/campaigns/", rules);
      location.assign(`/campaigns/${campaign.id}/`);
    });
  return (
    <section class="card">
      <div class="card-head">
        <h2>{texts.createHeading}</h2>
        <button type="button" class="button is-quiet is-small" onClick={onCancel}>
          {texts.cancel}
        </button>
      </div>
      <CampaignForm rules={FIRST_RULES} submitLabel={texts.create} isBusy={action.isBusy} onSave={create} />
      <ErrorBox errors={action.errors} />
    </section>
  );
}

function Campaigns() {
  const campaigns = useList((next) => client.get<Page<Campaign>>(next ?? "/api/campaigns/"), 10_000);
  const action = useAction();
  const [isCreating, setIsCreating] = useState(false);
  const pause = (campaign: Campaign) =>
    void action.run(async () => {
      const isPaused = !campaign.is_paused;
      await client.patch(`/api/campaigns/${campaign.id}/`, { is_paused: isPaused });
      showToast(isPaused ? texts.paused(campaign.name) : texts.resumed(campaign.name), "good");
      await campaigns.reload();
    });
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead}>
        {!isCreating && (
          <button type="button" class="button is-primary" onClick={() => setIsCreating(true)}>
            {texts.create}
          </button>
        )}
      </PageHead>
      {isCreating && <Creation onCancel={() => setIsCreating(false)} />}
      <ErrorBox errors={[...action.errors, ...campaigns.errors]} onRetry={campaigns.reload} />
      {campaigns.items?.length === 0 && <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>}
      {(campaigns.items?.length ?? 0) > 0 && (
        <section class="card">
          <Table
            columns={columnsWith(pause, action.isBusy)}
            rows={campaigns.items ?? []}
            keyOf={(campaign) => campaign.id}
            testid="campaigns"
          />
        </section>
      )}
      <ShowMore hasMore={campaigns.hasMore} isLoading={campaigns.isLoading} onMore={campaigns.loadMore} />
    </>
  );
}

render(
  <Shell {...page}>
    <Campaigns />
  </Shell>,
  pageRoot(),
);
