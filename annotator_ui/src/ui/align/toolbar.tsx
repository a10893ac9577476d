import type { ComponentChildren } from "preact";
import { DISPLAYS, type Display, HANDLES, type Handles } from "../../core/alignDesk";
import { alignKeyOf } from "../../core/alignKeys";
import { alignTexts as own } from "../../core/texts/align";
import { KeyButton } from "../annotate/keyButton";

export interface AlignToolbarProps {
  display: Display;
  opacity: number;
  handles: Handles;
  hasRing: boolean;
  isZoomed: boolean;
  onDisplay: (display: Display) => void;
  onOpacity: (opacity: number) => void;
  onHandles: (handles: Handles) => void;
  onRing: () => void;
  onZoom: () => void;
}

const HANDLE_KEYS = { translate: "1", rotate: "2", scale: "3", none: "0" } as const;

/** How the object is shown and what the handles do. */
export function AlignToolbar(props: AlignToolbarProps) {
  return (
    <div class="align-toolbar">
      <Group label={own.handles}>
        {HANDLES.map((handles) => (
          <KeyButton
            key={handles}
            class="is-small"
            keyLabel={HANDLE_KEYS[handles]}
            isPressed={props.handles === handles}
            testId={`handles-${handles}`}
            onPress={() => props.onHandles(handles)}
          >
            {own.handle[handles]}
          </KeyButton>
        ))}
      </Group>
      <Group label={own.actions.display}>
        {DISPLAYS.map((display, index) => (
          <KeyButton
            key={display}
            class="is-small"
            keyLabel={index === 0 ? alignKeyOf("display") : ""}
            isPressed={props.display === display}
            testId={`display-${display}`}
            onPress={() => props.onDisplay(display)}
          >
            {own.displays[display]}
          </KeyButton>
        ))}
      </Group>
      <label class="opacity">
        <span>{own.opacity}</span>
        <input
          type="range"
          min={0.1}
          max={1}
          step={0.05}
          value={props.opacity}
          disabled={props.display !== "solid"}
          data-testid="opacity"
          onInput={(event) => props.onOpacity(Number(event.currentTarget.value))}
          onChange={(event) => event.currentTarget.blur()}
        />
      </label>
      <KeyButton class="is-small" isPressed={props.hasRing} title={own.ringHint} testId="ring" onPress={props.onRing}>
        {own.ring}
      </KeyButton>
      <KeyButton class="is-small" keyLabel={alignKeyOf("zoom")} testId="zoom" onPress={props.onZoom}>
        {props.isZoomed ? own.whole : own.zoomed}
      </KeyButton>
    </div>
  );
}

function Group({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <fieldset class="button-group" aria-label={label}>
      {children}
    </fieldset>
  );
}
