import { type AlignGroup, alignSheet } from "../../core/alignKeys";
import { alignTexts as own } from "../../core/texts/align";
import { HelpFrame } from "../helpFrame";

const GROUPS: readonly AlignGroup[] = ["place", "turn", "size", "view", "task"];

/** The `?` sheet: drawn from the same table that the keyboard obeys. */
export function AlignHelp({ onClose }: { onClose: () => void }) {
  const groups = GROUPS.map((group) => ({ title: own.groups[group], rows: alignSheet(group) }));
  return (
    <HelpFrame title={own.helpTitle} closeLabel={own.close} hint={own.helpFine} groups={groups} onClose={onClose} />
  );
}
