import { maskKeyOf } from "../../core/maskKeys";
import type { MaskSession, MaskTool } from "../../core/maskSession";
import { maskTexts as texts } from "../../core/texts/mask";

const TOOLS: readonly MaskTool[] = ["brush", "eraser", "polygon", "auto"];

export interface MaskToolbarProps {
  session: MaskSession;
  opacity: number;
  onOpacity: (opacity: number) => void;
  onFit: () => void;
}

/** Tools, brush size, opacity, undo, and what the chosen tool asks for next. */
export function MaskToolbar({ session, opacity, onOpacity, onFit }: MaskToolbarProps) {
  const tool = session.tool.value;
  const { canUndo, canRedo } = session.steps.value;
  return (
    <div class="mask-toolbar" role="toolbar" aria-label={texts.tools}>
      <div class="row">
        {TOOLS.map((name) => (
          <button
            key={name}
            type="button"
            class={name === tool ? "button is-primary" : "button"}
            aria-pressed={name === tool}
            onClick={() => session.choose(name)}
          >
            {texts.tool[name]} <kbd>{maskKeyOf(name)}</kbd>
          </button>
        ))}
        <span class="mask-gap" />
        <button type="button" class="button" disabled={!canUndo} onClick={() => session.undo()}>
          {texts.undo}
        </button>
        <button type="button" class="button" disabled={!canRedo} onClick={() => session.redo()}>
          {texts.redo}
        </button>
        <button type="button" class="button" onClick={onFit}>
          {texts.fit}
        </button>
      </div>
      <div class="row">
        <Sliders session={session} opacity={opacity} onOpacity={onOpacity} />
        <span class="hint">{texts.toolHint[tool]}</span>
      </div>
      <Next session={session} />
    </div>
  );
}

function Sliders({ session, opacity, onOpacity }: Omit<MaskToolbarProps, "onFit">) {
  const most = Math.max(session.grid.width, session.grid.height) / 4;
  return (
    <>
      <label class="mask-slider">
        <span>{texts.radius}</span>
        {/* A root, because small brushes need finer steps than large ones. */}
        <input
          type="range"
          min={1}
          max={Math.sqrt(most)}
          step={0.1}
          value={Math.sqrt(session.radius.value)}
          onInput={(event) => session.resize(event.currentTarget.valueAsNumber ** 2 / session.radius.value)}
        />
        <output>{Math.round(session.radius.value * 2)} px</output>
      </label>
      <label class="mask-slider">
        <span>{texts.opacity}</span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={opacity}
          onInput={(event) => onOpacity(event.currentTarget.valueAsNumber)}
        />
      </label>
    </>
  );
}

/** Buttons for a polygon that is not closed and a proposal that is not taken. */
function Next({ session }: { session: MaskSession }) {
  const hasProposal = session.proposal.value !== null;
  if (session.isProposing.value && !hasProposal) {
    return (
      <div class="row" role="status">
        {texts.proposing}
      </div>
    );
  }
  if (hasProposal) {
    return (
      <div class="row" data-testid="proposal">
        <button type="button" class="button is-primary is-small" onClick={() => session.accept("replace")}>
          {texts.replace} <kbd>Enter</kbd>
        </button>
        <button type="button" class="button is-small" onClick={() => session.accept("add")}>
          {texts.add}
        </button>
        <button type="button" class="button is-small" onClick={() => session.accept("remove")}>
          {texts.remove}
        </button>
        <button type="button" class="button is-quiet is-small" onClick={() => session.drop()}>
          {texts.dropProposal}
        </button>
      </div>
    );
  }
  if (session.corners.value.length < 3) return null;
  return (
    <div class="row">
      <button type="button" class="button is-primary is-small" onClick={() => session.accept()}>
        {texts.closePolygon} <kbd>Enter</kbd>
      </button>
    </div>
  );
}
