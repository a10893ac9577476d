import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { boardTexts as texts } from "../../core/texts/quality";
import type { ViewerMode } from "../../core/viewerModes";
import type { PaneState } from "../../viewer/pane";
import { NoWebGlError, Viewer } from "../../viewer/viewer";

export interface BoardModel {
  readonly id: string;
  readonly mesh_url: string;
  readonly lod_url: string | null;
  readonly preview_url: string;
}

export interface ModelBoardProps<T extends BoardModel> {
  models: readonly T[];
  /** Told once, when the viewer is there: the page's keys turn it. Null where there is no WebGL. */
  onViewer?: (viewer: Viewer | null) => void;
  /** The modes that these models can be drawn in. */
  onModes?: (modes: readonly ViewerMode[]) => void;
  /** What lies over the pane of a model: its number, its buttons. */
  head: (model: T, index: number) => ComponentChildren;
  classOf?: (model: T) => string;
}

/** The page's one viewer, from the first models to the last. */
function useBoardViewer({ onViewer, onModes }: Pick<ModelBoardProps<BoardModel>, "onViewer" | "onModes">) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewer = useRef<Viewer | null>(null);
  const [states, setStates] = useState<Record<string, PaneState["kind"]>>({});
  const [isDead, setIsDead] = useState(false);
  const [isLost, setIsLost] = useState(false);
  useEffect(() => {
    if (!canvas.current) return;
    try {
      viewer.current = new Viewer(canvas.current, {
        onPane: (key, state) => setStates((known) => ({ ...known, [key]: state.kind })),
        onContext: setIsLost,
        onModes: (modes) => onModes?.(modes),
      });
    } catch (error) {
      if (!(error instanceof NoWebGlError)) throw error;
      setIsDead(true);
    }
    onViewer?.(viewer.current);
    return () => viewer.current?.dispose();
  }, []);
  return { canvas, viewer, states, trouble: isDead ? texts.noWebGl : isLost ? texts.lost : "" };
}

/** Several meshes side by side under one camera; each pane keeps its preview until its mesh is drawn. */
export function ModelBoard<T extends BoardModel>({ models, onViewer, onModes, head, classOf }: ModelBoardProps<T>) {
  const { canvas, viewer, states, trouble } = useBoardViewer({ onViewer, onModes });
  const elements = useRef(new Map<string, HTMLDivElement>());
  const shown = models.map((model) => model.id).join();
  useEffect(() => {
    const asks = models.flatMap((model) => {
      const element = elements.current.get(model.id);
      return element ? [{ key: model.id, element, url: model.mesh_url, coarseUrl: model.lod_url }] : [];
    });
    viewer.current?.setPanes(asks);
  }, [shown]);
  useLayoutEffect(() => () => elements.current.clear(), []);
  const stateOf = (id: string): PaneState["kind"] => states[id] ?? "loading";
  const isReady = models.every((model) => stateOf(model.id) === "ready");
  return (
    <div class="board" data-testid="board" data-is-ready={isReady} data-shown={shown}>
      {models.map((model, index) => (
        <div
          key={model.id}
          class={`board-pane ${classOf?.(model) ?? ""}`}
          data-testid="board-pane"
          data-candidate-id={model.id}
          data-state={stateOf(model.id)}
          ref={(element) => {
            if (element) elements.current.set(model.id, element);
            else elements.current.delete(model.id);
          }}
        >
          {!isDrawn(stateOf(model.id)) && <img class="board-preview" src={model.preview_url} alt="" />}
          <div class="board-head">{head(model, index)}</div>
          {stateOf(model.id) === "failed" && <Failed onRetry={() => viewer.current?.retry()} />}
        </div>
      ))}
      <canvas ref={canvas} />
      {trouble && (
        <p class="note is-warn board-trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

function isDrawn(state: PaneState["kind"]): boolean {
  return state === "ready" || state === "coarse";
}

function Failed({ onRetry }: { onRetry: () => void }) {
  return (
    <div class="board-failed" role="alert">
      <p>{texts.failed}</p>
      <button type="button" class="button is-small" onClick={onRetry}>
        {texts.retry}
      </button>
    </div>
  );
}
