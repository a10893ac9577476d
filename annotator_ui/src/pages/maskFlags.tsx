import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { hasRole, pageRoot, readPage } from "../api/page";
import type { MaskFlag } from "../api/quality";
import type { Page } from "../api/types";
import { maskFlagsTexts as texts } from "../core/texts/quality";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { SubNav } from "../ui/quality/subNav";
import { OutlinedPhoto } from "../ui/quality/targetTile";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { Tabs } from "../ui/tabs";
import { Time } from "../ui/time";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import { AssetProblems } from "./maskFlags/assetProblems";
import { qualityPages } from "./parts/qualityNav";
import "../ui/theme.css";
import "../ui/quality/quality.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
type State = keyof typeof texts.tabs;

function FlagTile({ flag, reload }: { flag: MaskFlag; reload: () => Promise<void> }) {
  const action = useAction();
  const dismiss = () =>
    action.run(async () => {
      await client.patch(`/api/mask-flags/${flag.id}/`, { state: "dismissed" });
      showToast(texts.dismissed, "good");
      await reload();
    });
  const target = { id: flag.target_id, name: "", image_url: flag.image_url, mask_url: flag.mask_url };
  return (
    <section class="card" data-testid="mask-flag" data-flag-id={flag.id}>
      <OutlinedPhoto target={target} label={texts.object(flag.target_id)} isTile />
      <div class="card-head">
        <strong>{texts.object(flag.target_id)}</strong>
        <Time at={flag.created_at} />
      </div>
      <p class="wrap">{flag.comment || texts.noComment}</p>
      <span class="hint">
        {flag.decided_by ? texts.decided(flag.decided_by) : texts.by(flag.person ?? texts.nobody)}
      </span>
      {flag.state === "open" && (
        <div class="row">
          <a class="button is-primary is-small" href={`/targets/${flag.target_id}/mask/`}>
            {texts.correct}
          </a>
          <button type="button" class="button is-small" disabled={action.isBusy} onClick={dismiss}>
            {texts.dismiss}
          </button>
        </div>
      )}
      <ErrorBox errors={action.errors} />
    </section>
  );
}

function Flags({ state }: { state: State }) {
  const flags = useList((next) => client.get<Page<MaskFlag>>(next ?? `/api/mask-flags/?state=${state}`));
  const heading = state === "open" ? texts.emptyHeading : texts.decidedHeading;
  return (
    <>
      <ErrorBox errors={flags.errors} onRetry={flags.reload} />
      {flags.items?.length === 0 && (
        <Empty heading={heading}>{state === "open" ? texts.emptyBody : texts.decidedBody}</Empty>
      )}
      <div class="flagged-grid">
        {flags.items?.map((flag) => (
          <FlagTile key={flag.id} flag={flag} reload={flags.reload} />
        ))}
      </div>
      <ShowMore hasMore={flags.hasMore} isLoading={flags.isLoading} onMore={flags.loadMore} />
    </>
  );
}

function MaskFlags() {
  const [state, setState] = useState<State>("open");
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead} />
      <SubNav current="mask-flags" pages={qualityPages(page)} />
      <AssetProblems client={client} photoHref={hasRole(page, "ml_lead") ? (id) => `/photos/${id}/` : null} />
      <Tabs
        tabs={Object.entries(texts.tabs) as [State, string][]}
        selected={state}
        label={texts.title}
        onSelect={setState}
      />
      <Flags key={state} state={state} />
    </>
  );
}

render(
  <Shell {...page}>
    <MaskFlags />
  </Shell>,
  pageRoot(),
);
