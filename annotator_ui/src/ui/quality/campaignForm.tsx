import { useState } from "preact/hooks";
import { shareOf, wordsOf } from "../../core/shares";
import { campaignsTexts } from "../../core/texts/campaigns";
import { CheckField, LongTextField, NumberField, TextField } from "./fields";

const texts = campaignsTexts.fields;

export interface CampaignRules {
  name: string;
  overlap: number;
  priority: number;
  gold_rate: number;
  repeat_rate: number;
  skills: string[];
  instructions: string;
  is_practice: boolean;
  gives_feedback: boolean;
  shows_agreement: boolean;
}

export const FIRST_RULES: CampaignRules = {
  name: "",
  overlap: 1,
  priority: 0,
  gold_rate: 0.05,
  repeat_rate: 0.02,
  skills: [],
  instructions: "",
  is_practice: false,
  gives_feedback: false,
  shows_agreement: false,
};

export interface CampaignFormProps {
  rules: CampaignRules;
  submitLabel: string;
  isBusy: boolean;
  onSave: (rules: CampaignRules) => void;
}

interface Written {
  overlap: string;
  priority: string;
  gold: string;
  repeats: string;
  skills: string;
}

/** Fields hold what was typed, whether it is a number yet or not. */
function writtenOf(rules: CampaignRules): Written {
  const percentOf = (share: number): string => String(Math.round(share * 1000) / 10);
  return {
    overlap: String(rules.overlap),
    priority: String(rules.priority),
    gold: percentOf(rules.gold_rate),
    repeats: percentOf(rules.repeat_rate),
    skills: rules.skills.join(", "),
  };
}

function rulesOf(rules: CampaignRules, written: Written): CampaignRules {
  return {
    ...rules,
    overlap: Number(written.overlap),
    priority: Number(written.priority),
    gold_rate: shareOf(written.gold) ?? 0,
    repeat_rate: shareOf(written.repeats) ?? 0,
    skills: wordsOf(written.skills),
  };
}

/** All rules of a campaign. The browser holds back numbers out of bounds; the server says the rest. */
export function CampaignForm({ rules, submitLabel, isBusy, onSave }: CampaignFormProps) {
  const [draft, setDraft] = useState(rules);
  const [written, setWritten] = useState(writtenOf(rules));
  const change = (part: Partial<CampaignRules>) => setDraft({ ...draft, ...part });
  const write = (part: Partial<Written>) => setWritten({ ...written, ...part });
  const save = (event: Event) => {
    event.preventDefault();
    onSave(rulesOf(draft, written));
  };
  return (
    <form class="stack is-loose" onSubmit={save} data-testid="campaign-form">
      <TextField label={texts.name} value={draft.name} isRequired onChange={(name) => change({ name })} />
      <Numbers written={written} write={write} />
      <TextField
        label={texts.skills}
        hint={texts.skillsHint}
        value={written.skills}
        onChange={(skills) => write({ skills })}
      />
      <LongTextField
        label={texts.instructions}
        hint={texts.instructionsHint}
        value={draft.instructions}
        rows={4}
        onChange={(instructions) => change({ instructions })}
      />
      <Switches draft={draft} change={change} />
      <div class="row">
        <button type="submit" class="button is-primary" disabled={isBusy}>
          {submitLabel}
        </button>
      </div>
    </form>
  );
}

function Numbers({ written, write }: { written: Written; write: (part: Partial<Written>) => void }) {
  const percents = { min: 0, max: 100, step: "any" };
  return (
    <div class="form-grid">
      <NumberField
        label={texts.overlap}
        hint={texts.overlapHint}
        value={written.overlap}
        bounds={{ min: 1, max: 32 }}
        onChange={(overlap) => write({ overlap })}
      />
      <NumberField
        label={texts.priority}
        hint={texts.priorityHint}
        value={written.priority}
        bounds={{ min: -1000, max: 1000 }}
        onChange={(priority) => write({ priority })}
      />
      <NumberField
        label={texts.gold}
        hint={texts.goldHint}
        value={written.gold}
        bounds={percents}
        onChange={(gold) => write({ gold })}
      />
      <NumberField
        label={texts.repeats}
        hint={texts.repeatsHint}
        value={written.repeats}
        bounds={percents}
        onChange={(repeats) => write({ repeats })}
      />
    </div>
  );
}

function Switches({ draft, change }: { draft: CampaignRules; change: (part: Partial<CampaignRules>) => void }) {
  return (
    <div class="stack">
      <CheckField
        label={texts.isPractice}
        isOn={draft.is_practice}
        onChange={(is_practice) => change({ is_practice })}
      />
      <CheckField
        label={texts.givesFeedback}
        isOn={draft.gives_feedback}
        onChange={(gives_feedback) => change({ gives_feedback })}
      />
      <CheckField
        label={texts.showsAgreement}
        isOn={draft.shows_agreement}
        onChange={(shows_agreement) => change({ shows_agreement })}
      />
    </div>
  );
}
