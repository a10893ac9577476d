import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { AgreementReport, Annotator, QualityFlag } from "../api/quality";
import type { Page } from "../api/types";
import { formatMilliseconds, formatNumber, plural } from "../core/format";
import { percentWithInterval } from "../core/shares";
import type { Tone } from "../core/states";
import { personTexts, qualityTexts, peopleTexts as texts } from "../core/texts/quality";
import { Empty } from "../ui/empty";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { evidenceOf } from "../ui/quality/flagCard";
import { PersonName } from "../ui/quality/personName";
import { ShareBar } from "../ui/quality/shareBar";
import { SubNav } from "../ui/quality/subNav";
import { Shell } from "../ui/shell";
import { ShowMore } from "../ui/showMore";
import { type Column, Table } from "../ui/table";
import { Time } from "../ui/time";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import { useLoad } from "../ui/useLoad";
import { qualityPages } from "./parts/qualityNav";
import "../ui/theme.css";
import "../ui/quality/quality.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const { columns: labels } = texts;

function flagTone(flags: Annotator["flags"]): Tone {
  return flags.some((flag) => flag.state === "confirmed") ? "bad" : "warn";
}

function shareColumn(
  label: string,
  shareOf: (person: Annotator) => Annotator["gold"],
  expected?: number,
): Column<Annotator> {
  return {
    label,
    sortBy: (person) => shareOf(person).rate,
    isLargestFirst: true,
    cell: (person) => (
      <ShareBar share={shareOf(person)} label={label} {...(expected === undefined ? {} : { expected })} />
    ),
  };
}

const columns: Column<Annotator>[] = [
  {
    label: labels.person,
    sortBy: (person) => person.display_name || person.username,
    cell: (person) => (
      <span class="row">
        <PersonName
          username={person.username}
          name={person.display_name}
          isSimulated={person.is_simulated}
          href={`/annotators/${person.id}/`}
        />
        {person.is_paused && <span class="badge">{texts.resting}</span>}
      </span>
    ),
  },
  {
    label: labels.choices,
    isNumber: true,
    sortBy: (person) => person.n_choices,
    cell: (person) => person.n_choices.toLocaleString(),
  },
  {
    label: labels.today,
    isNumber: true,
    sortBy: (person) => person.today,
    cell: (person) => person.today.toLocaleString(),
  },
  shareColumn(labels.gold, (person) => person.gold),
  shareColumn(labels.self, (person) => person.self_consistency),
  shareColumn(labels.left, (person) => person.left_share, 0.5),
  shareColumn(labels.agreement, (person) => person.agreement),
  {
    label: labels.speed,
    isNumber: true,
    sortBy: (person) => person.median_milliseconds,
    cell: (person) => formatMilliseconds(person.median_milliseconds),
  },
  {
    label: labels.weight,
    isNumber: true,
    sortBy: (person) => person.weight,
    cell: (person) => formatNumber(person.weight, 2),
  },
  {
    label: labels.flags,
    sortBy: (person) => person.flags.length,
    isLargestFirst: true,
    cell: (person) =>
      person.flags.length ? (
        <a class={`badge is-${flagTone(person.flags)}`} href={`/annotators/${person.id}/#flags`}>
          {plural(person.flags.length, "flag")}
        </a>
      ) : (
        <span class="hint nowrap">{texts.noFlags}</span>
      ),
  },
  {
    label: labels.last,
    sortBy: (person) => (person.last_at === null ? null : Date.parse(person.last_at)),
    isLargestFirst: true,
    cell: (person) => <Time at={person.last_at} />,
  },
];

function Figure({ label, value, hint }: { label: string; value: string; hint: string }) {
  return (
    <div class="figure">
      <span>{label}</span>
      <strong>{value}</strong>
      <span class="hint">{hint}</span>
    </div>
  );
}

const pairColumns: Column<AgreementReport["pairs"][number]>[] = [
  {
    label: texts.pairColumns.first,
    sortBy: (pair) => pair.one,
    cell: (pair) => <PersonName username={pair.one} isSimulated={pair.is_one_simulated} />,
  },
  {
    label: texts.pairColumns.second,
    sortBy: (pair) => pair.other,
    cell: (pair) => <PersonName username={pair.other} isSimulated={pair.is_other_simulated} />,
  },
  {
    label: texts.pairColumns.agreement,
    sortBy: (pair) => pair.agreement.rate,
    isLargestFirst: true,
    cell: (pair) => <ShareBar share={pair.agreement} label={texts.pairColumns.agreement} />,
  },
];

/** Whether weights from gold are worth their while, measured on pairs that they were not made from. */
function weightsHint({ n_pairs, right_alike, right_weighted, helps }: AgreementReport["weights"]): string {
  return n_pairs === 0 ? texts.noWeights : texts.weightsHint(right_alike, right_weighted, n_pairs, helps);
}

interface CampaignChoiceProps {
  campaigns: AgreementReport["campaigns"];
  /** Empty: all together. */
  value: string;
  isBusy: boolean;
  onChange: (id: string) => void;
}

function CampaignChoice(props: CampaignChoiceProps) {
  return (
    <label class="row">
      <span class="hint">{texts.ofCampaign}</span>
      <select
        value={props.value}
        disabled={props.isBusy}
        onChange={(event) => props.onChange(event.currentTarget.value)}
        data-testid="agreement-campaign"
      >
        <option value="">{texts.allCampaigns}</option>
        {props.campaigns.map((campaign) => (
          <option key={campaign.id} value={campaign.id}>
            {campaign.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function AgreementFigures({ report }: { report: AgreementReport }) {
  const { overall, human_ceiling: ceiling, published, weights } = report;
  const measured = ceiling.rate === null ? texts.noCeiling : texts.ceilingNote(ceiling.n_targets, ceiling.n);
  const hasPrograms = overall.n !== ceiling.n;
  return (
    <div class="figures">
      <Figure
        label={texts.ceiling}
        value={percentWithInterval(ceiling)}
        hint={`${measured} ${texts.published(published.note)}`}
      />
      {hasPrograms && (
        <Figure
          label={texts.agreement}
          value={percentWithInterval(overall)}
          hint={texts.agreementNote(overall.n_targets, overall.n)}
        />
      )}
      <Figure label={texts.alpha} value={formatNumber(report.alpha, 2).replace("-", "−")} hint={texts.alphaHint} />
      <Figure label={texts.weights} value={weights.helps ? texts.helps : texts.noHelp} hint={weightsHint(weights)} />
    </div>
  );
}

function AgreementBody({ report }: { report: AgreementReport }) {
  if (report.overall.rate === null) return <Empty heading={texts.noAgreement}>{texts.noAgreementBody}</Empty>;
  return (
    <>
      <AgreementFigures report={report} />
      {report.pairs.length > 0 && (
        <details>
          <summary>{texts.pairs}</summary>
          <Table columns={pairColumns} rows={report.pairs} keyOf={(pair) => `${pair.one_id}-${pair.other_id}`} />
        </details>
      )}
    </>
  );
}

function Agreement() {
  const [campaignId, setCampaignId] = useState("");
  const query = campaignId === "" ? "" : `?campaign_id=${campaignId}`;
  const { data, errors, isLoading, reload } = useLoad(() => client.get<AgreementReport>(`/api/agreement/${query}`));
  useEffect(() => {
    if (data) void reload();
  }, [campaignId]);
  if (!data) return <ErrorBox errors={errors} onRetry={reload} />;
  return (
    <section class="card" data-testid="agreement">
      <div class="card-head">
        <h2>{texts.agreementHeading}</h2>
        {data.campaigns.length > 1 && (
          <CampaignChoice campaigns={data.campaigns} value={campaignId} isBusy={isLoading} onChange={setCampaignId} />
        )}
      </div>
      <ErrorBox errors={errors} onRetry={reload} />
      <AgreementBody report={data} />
    </section>
  );
}

/** Every flag that nobody has decided about yet, whoever it is about: the work there is to do here. */
function OpenFlags() {
  const flags = useList((next) => client.get<Page<QualityFlag>>(next ?? "/api/quality-flags/?state=suspected"));
  if (!flags.items?.length) return <ErrorBox errors={flags.errors} onRetry={flags.reload} />;
  return (
    <section class="card" data-testid="open-flags">
      <h2>{texts.openHeading}</h2>
      <ul class="people stack">
        {flags.items.map((flag) => (
          <li key={flag.id} class="row">
            <span class="badge is-warn">{personTexts.kinds[flag.kind] ?? flag.kind}</span>
            <strong>{flag.person}</strong>
            <span>{evidenceOf(flag)}</span>
            <a href={`/annotators/${flag.person_id}/#flags`}>{texts.look}</a>
          </li>
        ))}
      </ul>
      <ShowMore hasMore={flags.hasMore} isLoading={flags.isLoading} onMore={flags.loadMore} />
    </section>
  );
}

function People() {
  const people = useList((next) => client.get<Page<Annotator>>(next ?? "/api/annotators/"));
  const action = useAction();
  const [checks, setChecks] = useState(0);
  const check = () =>
    action.run(async () => {
      const { changed } = await client.post<{ changed: number }>("/api/quality-flags/find/");
      showToast(texts.checked(changed), "good");
      await people.reload();
      setChecks(checks + 1);
    });
  const hasPeople = (people.items?.length ?? 0) > 0;
  return (
    <>
      <PageHead title={texts.title} lead={texts.lead}>
        <button type="button" class="button" disabled={action.isBusy} onClick={check}>
          {action.isBusy ? texts.checking : texts.check}
        </button>
      </PageHead>
      <SubNav current="annotators" pages={qualityPages(page)} />
      <ErrorBox errors={[...action.errors, ...people.errors]} onRetry={people.reload} />
      {people.items?.length === 0 && <Empty heading={texts.emptyHeading}>{texts.emptyBody}</Empty>}
      <OpenFlags key={`flags-${checks}`} />
      {hasPeople && (
        <section class="card">
          <Table columns={columns} rows={people.items ?? []} keyOf={(person) => person.username} testid="people" />
          <p class="hint">
            {qualityTexts.intervalHint} {people.hasMore && texts.sortHint}
          </p>
        </section>
      )}
      <ShowMore hasMore={people.hasMore} isLoading={people.isLoading} onMore={people.loadMore} />
      {hasPeople && <Agreement key={`agreement-${checks}`} />}
    </>
  );
}

render(
  <Shell {...page} isWide>
    <People />
  </Shell>,
  pageRoot(),
);
