import { render } from "preact";
import { useState } from "preact/hooks";
import { Client } from "../api/client";
import { hasRole, pageRoot, readPage } from "../api/page";
import type { AnnotatorDetail, QualityFlag } from "../api/quality";
import type { Page } from "../api/types";
import { formatMilliseconds, formatNumber } from "../core/format";
import { wordsOf } from "../core/shares";
import { peopleTexts, personTexts as texts } from "../core/texts/quality";
import { SimulatedBadge } from "../ui/badge";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { TextField } from "../ui/quality/fields";
import { FlagCard } from "../ui/quality/flagCard";
import { PersonName } from "../ui/quality/personName";
import { ShareBar } from "../ui/quality/shareBar";
import { Shell } from "../ui/shell";
import { type Column, Table } from "../ui/table";
import { Time } from "../ui/time";
import { showToast } from "../ui/toasts";
import { useAction } from "../ui/useAction";
import { useList } from "../ui/useList";
import { useLoad } from "../ui/useLoad";
import "../ui/theme.css";
import "../ui/quality/quality.css";

const page = readPage();
const client = new Client({ csrf: page.csrf });
const address = `/api/annotators/${page.params.id}/`;
const { columns: labels } = peopleTexts;

interface PartProps {
  person: AnnotatorDetail;
  reload: () => Promise<void>;
}

/** All flags there ever were: a dismissed one can be opened again. */
function Flags() {
  const query = `/api/quality-flags/?person_id=${page.params.id}`;
  const flags = useList((next) => client.get<Page<QualityFlag>>(next ?? query));
  const action = useAction();
  const decide = (flag: QualityFlag, state: string, note: string) =>
    void action.run(async () => {
      await client.patch(`/api/quality-flags/${flag.id}/`, { state, note });
      showToast(texts.decided[state] ?? state, "good");
      await flags.reload();
    });
  return (
    <section class="card" id="flags">
      <h2>{texts.flagsHeading}</h2>
      <ErrorBox errors={[...action.errors, ...flags.errors]} />
      {flags.items?.length === 0 && <p class="hint">{texts.noFlags}</p>}
      {flags.items?.map((flag) => (
        <FlagCard
          key={flag.id}
          flag={flag}
          isBusy={action.isBusy}
          onDecide={(state, note) => decide(flag, state, note)}
        />
      ))}
    </section>
  );
}

const weekColumns: Column<AnnotatorDetail["weeks"][number]>[] = [
  { label: texts.weekColumns.week, cell: (week) => week.week },
  { label: texts.weekColumns.choices, isNumber: true, cell: (week) => week.n },
  { label: texts.weekColumns.speed, isNumber: true, cell: (week) => formatMilliseconds(week.median_milliseconds) },
  {
    label: texts.weekColumns.left,
    cell: (week) => <ShareBar share={week.left_share} label={texts.weekColumns.left} expected={0.5} />,
  },
  { label: texts.weekColumns.gold, cell: (week) => <ShareBar share={week.gold} label={texts.weekColumns.gold} /> },
];

const pairColumns: Column<AnnotatorDetail["with_others"][number]>[] = [
  {
    label: texts.pairColumns.person,
    cell: (pair) => (
      <PersonName username={pair.username} isSimulated={pair.is_simulated} href={`/annotators/${pair.person_id}/`} />
    ),
  },
  {
    label: texts.pairColumns.agreement,
    cell: (pair) => <ShareBar share={pair.agreement} label={texts.pairColumns.agreement} />,
  },
];

function Figures({ person }: { person: AnnotatorDetail }) {
  const shares = [
    [labels.gold, person.gold],
    [labels.self, person.self_consistency],
    [labels.agreement, person.agreement],
  ] as const;
  return (
    <section class="card">
      <h2>{texts.figuresHeading}</h2>
      <dl class="facts">
        <dt>{labels.choices}</dt>
        <dd>{person.n_choices.toLocaleString()}</dd>
        <dt>{labels.today}</dt>
        <dd>{person.today.toLocaleString()}</dd>
        <dt>{labels.speed}</dt>
        <dd>{formatMilliseconds(person.median_milliseconds)}</dd>
        {shares.map(([label, share]) => (
          <div key={label} class="fact">
            <dt>{label}</dt>
            <dd>
              <ShareBar share={share} label={label} />
            </dd>
          </div>
        ))}
        <dt>{labels.left}</dt>
        <dd>
          <ShareBar share={person.left_share} label={labels.left} expected={0.5} />
        </dd>
        <dt>{labels.weight}</dt>
        <dd>{formatNumber(person.weight, 2)}</dd>
        <dt>{labels.last}</dt>
        <dd>
          <Time at={person.last_at} />
        </dd>
      </dl>
    </section>
  );
}

function Skills({ person, reload }: PartProps) {
  const [skills, setSkills] = useState(person.skills.join(", "));
  const action = useAction();
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      await client.put(`/api/people/${person.id}/skills/`, { skills: wordsOf(skills) });
      showToast(texts.skillsSaved, "good");
      await reload();
    });
  };
  return (
    <form class="card" onSubmit={save}>
      <TextField label={texts.skills} hint={texts.skillsHint} value={skills} onChange={setSkills} />
      <div class="row">
        <button type="submit" class="button" disabled={action.isBusy}>
          {texts.saveSkills}
        </button>
      </div>
      <ErrorBox errors={action.errors} />
    </form>
  );
}

/** The name to sign in with, where another one is shown above; and whether it is a person at all. */
function Who({ person }: { person: AnnotatorDetail }) {
  const name = person.display_name === person.username ? "" : person.username;
  return (
    <span class="row">
      {name} <SimulatedBadge isSimulated={person.is_simulated} />
      {person.is_paused && <span class="badge">{peopleTexts.resting}</span>}
    </span>
  );
}

function PersonPage() {
  const { data: person, errors, reload } = useLoad(() => client.get<AnnotatorDetail>(address));
  if (!person) return <ErrorBox errors={errors} onRetry={reload} />;
  return (
    <>
      <PageHead
        title={person.display_name || person.username}
        lead={<Who person={person} />}
        back={{ href: "/annotators/", label: peopleTexts.back }}
      />
      <ErrorBox errors={errors} onRetry={reload} />
      <div class="columns is-side">
        <div class="stack is-loose">
          <Flags />
          {person.is_simulated && <p class="note is-warn">{texts.simulated}</p>}
          <section class="card">
            <h2>{texts.weeksHeading}</h2>
            {person.weeks.length === 0 && <p class="hint">{texts.noWeeks}</p>}
            {person.weeks.length > 0 && (
              <Table columns={weekColumns} rows={person.weeks} keyOf={(week) => week.week} testid="weeks" />
            )}
          </section>
          <section class="card">
            <h2>{texts.pairsHeading}</h2>
            {person.with_others.length === 0 && <p class="hint">{texts.noPairs}</p>}
            {person.with_others.length > 0 && (
              <Table columns={pairColumns} rows={person.with_others} keyOf={(pair) => pair.person_id} testid="peers" />
            )}
          </section>
        </div>
        <div class="stack is-loose">
          <Figures person={person} />
          {hasRole(page, "ml_lead") && <Skills person={person} reload={reload} />}
        </div>
      </div>
    </>
  );
}

render(
  <Shell {...page}>
    <PersonPage />
  </Shell>,
  pageRoot(),
);
