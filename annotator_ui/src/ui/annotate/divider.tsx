import { stageTexts as own } from "../../core/texts/stage";
import { KeyButton } from "./keyButton";

export interface DividerProps {
  isOn: boolean;
  /** Where the one candidate ends and the other begins: 0 is the left edge, 1 the right. */
  share: number;
  onToggle: () => void;
  onShare: (share: number) => void;
}

/**
 * Both candidates in one place with a line between them that can be pulled from side to side. Let go of, it gives the
 * focus back, so that the next key is a verdict again.
 */
export function Divider({ isOn, share, onToggle, onShare }: DividerProps) {
  return (
    <>
      {isOn && <div class="divider-line" style={{ left: `${100 * share}%` }} aria-hidden="true" />}
      <div class="divider-tools">
        {isOn && (
          <input
            type="range"
            min={0}
            max={100}
            value={Math.round(100 * share)}
            aria-label={own.divider}
            data-testid="divider"
            onPointerUp={(event) => event.currentTarget.blur()}
            onInput={(event) => onShare(Number(event.currentTarget.value) / 100)}
          />
        )}
        <KeyButton class="is-small" testId="swipe" isPressed={isOn} title={own.swipeHint} onPress={onToggle}>
          {own.swipe}
        </KeyButton>
      </div>
    </>
  );
}
