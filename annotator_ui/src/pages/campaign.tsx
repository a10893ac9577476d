import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { Campaign } from "../api/quality";
import type { Page, TargetObject } from "../api/types";
import { campaignsTexts as texts } from "../core/texts/campaigns";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { CampaignForm, type CampaignRules } from "../ui/quality/campaignForm";
import { CampaignBadges, CampaignProgress } from "../ui/quality/campaignParts";
import { TargetTile } from "../ui/quality/targetTile";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import { useLoad } from "../ui/useLoad";
import "../ui/theme.css";
import "../ui/quality/quality.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const address = `/api/campaigns/${page.params.id}/`;

interface PartProps {
  campaign: Campaign;
  reload: () => Promise<void>;
}

function Rules({ campaign, reload }: PartProps) {
  const action = useAction();
  const save = (rules: CampaignRules) =>
    action.run(async () => {
      await client.patch(address, rules);
      showToast(texts.saved, "good");
      await reload();
    });
  return (
    <section class="card">
      <h2>{texts.rules}</h2>
      <CampaignForm rules={campaign} submitLabel={texts.save} isBusy={action.isBusy} onSave={save} />
      <ErrorBox errors={action.errors} />
    </section>
  );
}

function Stand({ campaign }: { campaign: Campaign }) {
  return (
    <section class="card" data-testid="stand">
      <h2>{texts.stand}</h2>
      <CampaignProgress campaign={campaign} />
      <dl class="facts">
        {Object.entries(texts.states).map(([state, label]) => (
          <div key={state} class="fact">
            <dt>{label}</dt>
            <dd data-count={state}>{campaign.counts[state as keyof Campaign["counts"]]}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function MoveIn({ reload }: { reload: () => Promise<void> }) {
  const targets = useList((next) => client.get<Page<TargetObject>>(next ?? "/api/targets/"));
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const action = useAction();
  const shown = targets.items ?? [];
  const isAll = shown.length > 0 && shown.every((target) => chosen.has(target.id));
  const flip = (id: number) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const move = () =>
    action.run(async () => {
      const { moved } = await client.post<{ moved: number }>(`${address}targets/`, { target_ids: [...chosen] });
      showToast(texts.moved(moved), "good");
      setChosen(new Set());
      await reload();
    });
  return (
    <section class="card" data-testid="move-in">
      <div class="card-head">
        <h2>{texts.move}</h2>
        <div class="row">
          <button
            type="button"
            class="button is-small"
            disabled={shown.length === 0}
            onClick={() => setChosen(new Set(isAll ? [] : shown.map((target) => target.id)))}
          >
            {isAll ? texts.selectNone : texts.selectAll}
          </button>
          <button
            type="button"
            class="button is-primary is-small"
            disabled={chosen.size === 0 || action.isBusy}
            onClick={move}
          >
            {texts.moveButton(chosen.size)}
          </button>
        </div>
      </div>
      <p class="hint">{texts.moveLead}</p>
      <ErrorBox errors={[...action.errors, ...targets.errors]} />
      {targets.items?.length === 0 && <Empty heading={texts.noTargets}>{texts.noTargetsBody}</Empty>}
      <div class="target-grid">
        {shown.map((target) => (
          <TargetTile
            key={target.id}
            target={target}
            label={texts.object(target.id)}
            isOn={chosen.has(target.id)}
            onPress={() => flip(target.id)}
          />
        ))}
      </div>
      <ShowMore hasMore={targets.hasMore} isLoading={targets.isLoading} onMore={targets.loadMore} />
    </section>
  );
}

function PauseButton({ campaign, reload }: PartProps) {
  const action = useAction();
  const flip = () =>
    action.run(async () => {
      await client.patch(address, { is_paused: !campaign.is_paused });
      showToast(campaign.is_paused ? texts.resumed(campaign.name) : texts.paused(campaign.name), "good");
      await reload();
    });
  return (
    <>
      <ErrorBox errors={action.errors} />
      <button type="button" class="button" disabled={action.isBusy} onClick={flip}>
        {campaign.is_paused ? texts.resume : texts.pause}
      </button>
    </>
  );
}

function CampaignPage() {
  const { data: campaign, errors, reload } = useLoad(() => client.get<Campaign>(address), 10_000);
  if (!campaign) return <ErrorBox errors={errors} onRetry={reload} />;
  return (
    <>
      <PageHead
        title={campaign.name}
        lead={<CampaignBadges campaign={campaign} />}
        back={{ href: "/campaigns/", label: texts.back }}
      >
        <PauseButton campaign={campaign} reload={reload} />
      </PageHead>
      <ErrorBox errors={errors} onRetry={reload} />
      <div class="columns is-side">
        <Rules campaign={campaign} reload={reload} />
        <Stand campaign={campaign} />
      </div>
      <MoveIn reload={reload} />
    </>
  );
}

render(
  <Shell {...page}>
    <CampaignPage />
  </Shell>,
  pageRoot(),
);
