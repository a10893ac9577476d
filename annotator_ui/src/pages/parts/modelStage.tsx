import { useEffect, useRef, useState } from "preact/hooks";
import { stageTexts as texts } from "../../core/texts/stage";
import type { PaneState } from "../../viewer/pane";
import { NoWebGlError, Viewer } from "../../viewer/viewer";

type StageState = PaneState["kind"] | "noWebGl";

/** One mesh that can be turned. `url` may change; the viewer is made once and disposed with the page part. */
export function ModelStage({ url, label }: { url: string; label: string }) {
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewer = useRef<Viewer | null>(null);
  const [state, setState] = useState<StageState>("loading");
  useEffect(() => {
    if (!canvas.current) return;
    try {
      viewer.current = new Viewer(canvas.current, { onPane: (_key, pane) => setState(pane.kind) });
    } catch (error) {
      if (!(error instanceof NoWebGlError)) throw error;
      setState("noWebGl");
    }
    return () => viewer.current?.dispose();
  }, []);
  useEffect(() => {
    if (stage.current) viewer.current?.setPanes([{ key: "stage", element: stage.current, url }]);
  }, [url]);
  return (
    <div ref={stage} class="viewer-stage" role="img" aria-label={label} data-testid="stage" data-state={state}>
      <canvas ref={canvas} class="viewer-canvas" />
      {state !== "ready" && <p class="viewer-note">{texts[state]}</p>}
    </div>
  );
}
