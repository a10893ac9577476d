import { type Group, sheet } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { HelpFrame } from "../helpFrame";

const own = texts.annotate;
const GROUPS: readonly Group[] = ["choose", "reasons", "view", "task"];

export interface HelpSheetProps {
  /** How many steps the rating scale has. */
  nRatings: number;
  onClose: () => void;
}

/** The `?` sheet: drawn from the same table that the keyboard obeys. */
export function HelpSheet({ nRatings, onClose }: HelpSheetProps) {
  const digits: Partial<Record<Group, readonly (readonly [last: string, text: string])[]>> = {
    choose: [
      ["9", own.digitsRanking],
      [String(nRatings), own.digitsRating],
    ],
    reasons: [["9", own.digitsReasons]],
  };
  const groups = GROUPS.map((group) => ({
    title: own.groups[group],
    rows: sheet(group),
    more: digits[group]?.map(([last, text]) => <DigitRow key={text} last={last} text={text} />),
  }));
  return <HelpFrame title={own.helpTitle} closeLabel={own.close} groups={groups} onClose={onClose} />;
}

function DigitRow({ last, text }: { last: string; text: string }) {
  return (
    <div>
      <dt>
        <kbd>1</kbd>–<kbd>{last}</kbd>
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
