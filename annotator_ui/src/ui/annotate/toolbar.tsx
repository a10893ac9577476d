import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { VIEWER_MODES, type ViewerMode } from "../../core/viewerModes";
import { KeyButton } from "./keyButton";

const own = texts.annotate;

export interface ToolbarProps {
  mode: ViewerMode;
  onMode: (mode: ViewerMode) => void;
  onReset: () => void;
  onHelp: () => void;
}

export function Toolbar({ mode, onMode, onReset, onHelp }: ToolbarProps) {
  return (
    <div class="toolbar">
      <span class="hint">{own.dragHint}</span>
      <fieldset class="segments" aria-label={own.actions.mode} title={`${own.actions.mode} (${keysOf("mode")})`}>
        {VIEWER_MODES.map((one) => (
          <KeyButton
            key={one}
            class="is-small"
            testId={`mode-${one}`}
            isPressed={one === mode}
            onPress={() => onMode(one)}
          >
            {own.modes[one]}
          </KeyButton>
        ))}
      </fieldset>
      <KeyButton class="is-small" testId="reset-view" keyLabel={keysOf("reset_view")} onPress={onReset}>
        {own.reset}
      </KeyButton>
      <KeyButton class="is-small" testId="help-open" keyLabel={keysOf("help")} onPress={onHelp}>
        {own.help}
      </KeyButton>
    </div>
  );
}
