/**
 * The annotator's page. What browser tests may hold on to:
 *
 * - `[data-testid=annotate]`: `data-state` = loading | comparing | ranking | rating | rejecting | submitting | feedback |
 *   empty | failed; `data-mode` = king | grid; `data-assignment-id`; `data-comparisons` = how many comparisons were made;
 *   `data-moves` = how many steps can be taken back.
 * - `[data-testid=pane-left]`, `pane-right`, `pane-winner`, `pane-grid-1` …, `pane-reject-1` …, `pane-better`,
 *   `pane-worse`: `data-candidate-id`, `data-pane-state` = loading | ready | failed.
 * - `[data-testid=stage]`: `data-is-ready` (only when true do a verdict, a rank and "none acceptable" count);
 *   `data-camera` = {"azimuth", "elevation", "distance"} (degrees, object units), `data-mode`,
 *   `data-geometries`, `data-textures`, `data-models` = what lies in graphics memory.
 * - `[data-testid=strip] [data-candidate-id]`: `data-strip-state` = shown | waiting | lost | kept.
 * - buttons: `verdict-left`, `verdict-equal`, `verdict-both_bad`, `verdict-right`, `none-acceptable`, `undo`, `redo`,
 *   `way-king`, `way-grid`, `shelf-1` … `shelf-null`, `letter-A` …, `ranked`, `rating-1` …, `submit`, `reason-<code>`,
 *   `comment-open`, `skip`, `flag-mask`, `give-back`, `go-on`, `photo-zoom`, `mode-clay` …, `view-front` …, `turntable`,
 *   `reset-view`, `help-open`, `pause`, `resume`, `campaign` (a select), `any-campaign`, `practise`, `look-now`.
 * - `saved` (`data-saved-where` = server | browser), `lease` (`data-seconds-left`), `progress`, `next-ready`, `queued`;
 *   `feedback` (`data-is-right`); banners `refusal`, `offline`, `unsent`, `signed-out`, `role-missing`, `trouble`,
 *   `lease-lost`, `lease-ending`, `told`, `no-webgl`, `context-lost`, `restored`; dialogs `help`, `confirm`,
 *   `skip-dialog`, `flag-dialog`, `comment-dialog`, `conflict` (`keep-here`, `keep-there`), `instructions`.
 */

import "../ui/theme.css";
import "../ui/annotate/annotate.css";
import "../ui/annotate/divider.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { Client } from "../api/client";
import { type PageContext, pageRoot, readPage } from "../api/page";
import { AnnotationSession } from "../core/annotationSession";
import { Shell } from "../ui/shell";
import { annotationApi } from "./annotate/annotationApi";
import { surroundings } from "./annotate/browser";
import { browserStore } from "./annotate/browserStore";
import { Desk } from "./annotate/desk";
import { Status } from "./annotate/status";
import { Workplace } from "./annotate/workplace";
import { listen } from "./parts/keyboard";

const SECOND = 1000;

async function start(page: PageContext): Promise<void> {
  const client = new Client({ csrf: page.csrf });
  const store = await browserStore(page.me.id);
  const session = new AnnotationSession(annotationApi(client), store, surroundings);
  const desk = new Desk(session);
  const now = signal(Date.now());
  listen(desk);
  setInterval(() => {
    now.value = Date.now();
    void session.tick();
  }, SECOND);
  void session.start();
  render(
    <Shell {...page} isWide status={<Status desk={desk} now={now} />}>
      <Workplace desk={desk} now={now} />
    </Shell>,
    pageRoot(),
  );
}

void start(readPage());
