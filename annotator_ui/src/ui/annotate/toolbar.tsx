import type { ViewName } from "../../core/orbit";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { VIEWER_MODES, type ViewerMode } from "../../core/viewerModes";
import { KeyButton } from "./keyButton";

const own = texts.annotate;

export interface ToolbarProps {
  mode: ViewerMode;
  /** The modes in which something on screen can be drawn; the others are shown as not to be had. */
  offered: readonly ViewerMode[];
  isTurning: boolean;
  /** Whether a shape on screen tells from which side the photo shows it. */
  hasPhotoView: boolean;
  onMode: (mode: ViewerMode) => void;
  onView: (name: ViewName) => void;
  onPhotoView: () => void;
  onTurntable: () => void;
  onReset: () => void;
  onHelp: () => void;
}

const VIEWS = [
  ["front", "view_front"],
  ["left", "view_left"],
  ["back", "view_back"],
  ["right", "view_right"],
] as const;

/** How the candidates are looked at. */
export function Toolbar(props: ToolbarProps) {
  return (
    <div class="toolbar">
      <span class="hint">{own.dragHint}</span>
      <fieldset class="segments views" aria-label={own.groups.view}>
        <KeyButton
          class="is-small"
          testId="reset-view"
          title={`${own.actions.reset_view} (${keysOf("reset_view")})`}
          onPress={props.onReset}
        >
          {own.reset}
        </KeyButton>
        <KeyButton
          class="is-small"
          testId="view-photo"
          title={props.hasPhotoView ? `${own.actions.view_photo} (${keysOf("view_photo")})` : own.noPhotoView}
          isDisabled={!props.hasPhotoView}
          onPress={props.onPhotoView}
        >
          {own.viewPhoto}
        </KeyButton>
        {VIEWS.map(([name, action]) => (
          <KeyButton
            key={name}
            class="is-small"
            testId={`view-${name}`}
            title={`${own.actions[action]} (${keysOf(action)})`}
            onPress={() => props.onView(name)}
          >
            {own.views[name]}
          </KeyButton>
        ))}
      </fieldset>
      <fieldset class="segments" aria-label={own.actions.mode} title={`${own.actions.mode} (${keysOf("mode")})`}>
        {VIEWER_MODES.map((one) => (
          <KeyButton
            key={one}
            class="is-small"
            testId={`mode-${one}`}
            isPressed={one === props.mode}
            isDisabled={!props.offered.includes(one)}
            onPress={() => props.onMode(one)}
          >
            {own.modes[one]}
          </KeyButton>
        ))}
      </fieldset>
      <KeyButton
        class="is-small"
        testId="turntable"
        title={own.actions.turntable}
        keyLabel={keysOf("turntable")}
        isPressed={props.isTurning}
        onPress={props.onTurntable}
      >
        {own.turntable}
      </KeyButton>
      <KeyButton class="is-small" testId="help-open" keyLabel={keysOf("help")} onPress={props.onHelp}>
        {own.help}
      </KeyButton>
    </div>
  );
}
