/**
 * The annotator's page. What browser tests may hold on to:
 *
 * - `[data-testid=annotate]`: `data-state` = loading | comparing | rating | rejecting | submitting | empty | failed;
 *   `data-assignment-id`; `data-comparisons` = how many comparisons were made.
 * - `[data-testid=pane-left]`, `pane-right`, `pane-winner`, `pane-reject-1` …: `data-candidate-id`,
 *   `data-pane-state` = loading | ready | failed.
 * - `[data-testid=stage]`: `data-is-ready` (only when true do a verdict and "none acceptable" count); `data-camera` = {"azimuth", "elevation", "distance"} (degrees, object units), `data-mode`,
 *   `data-geometries`, `data-textures`, `data-models` = what lies in graphics memory.
 * - `[data-testid=strip] [data-candidate-id]`: `data-strip-state` = shown | waiting | lost | kept.
 * - buttons: `verdict-left`, `verdict-equal`, `verdict-right`, `none-acceptable`, `undo`, `rating-1` …, `submit`,
 *   `reason-<code>`, `photo-zoom`, `mode-clay` …, `reset-view`, `give-back`, `help-open`, `look-now`.
 * - `saved` (`data-saved-where` = server | browser), `lease` (`data-seconds-left`), `progress`, `next-ready`, `queued`;
 *   banners `refusal`, `offline`, `unsent`, `lease-lost`, `lease-ending`, `no-webgl`, `context-lost`, `restored`; `help`, `confirm`.
 */

import "../ui/theme.css";
import "../ui/annotate/annotate.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { Client } from "../api/client";
import { type PageContext, readPage } from "../api/page";
import { AnnotationSession } from "../core/annotationSession";
import { Shell } from "../ui/shell";
import { annotationApi } from "./annotate/annotationApi";
import { browserStore, surroundings } from "./annotate/browser";
import { Desk } from "./annotate/desk";
import { Status } from "./annotate/status";
import { Workplace } from "./annotate/workplace";

const SECOND = 1000;

function listen(desk: Desk): void {
  const { session } = desk;
  addEventListener("keydown", (event) => {
    session.touch();
    const target = event.target as Element;
    const isTyping = target.closest("input, textarea, select, [contenteditable]") !== null;
    // Enter on a button that was reached by Tab presses that button.
    const isPressing = event.key === "Enter" && target.closest("button, a") !== null;
    if (isTyping || isPressing) return;
    const press = {
      key: event.key,
      isCtrl: event.ctrlKey || event.metaKey,
      isShift: event.shiftKey,
      isAlt: event.altKey,
      isRepeat: event.repeat,
    };
    if (desk.press(press)) event.preventDefault();
  });
  for (const name of ["pointerdown", "pointermove", "wheel"] as const) {
    addEventListener(name, () => session.touch(), { passive: true });
  }
  addEventListener("online", () => void session.sendNow());
}

function start(page: PageContext): void {
  const client = new Client({ csrf: page.csrf });
  const session = new AnnotationSession(annotationApi(client), browserStore(page.me.id), surroundings);
  const desk = new Desk(session);
  const now = signal(Date.now());
  listen(desk);
  setInterval(() => {
    now.value = Date.now();
    void session.tick();
  }, SECOND);
  void session.start();
  render(
    <Shell
      page="annotate"
      me={page.me}
      csrf={page.csrf}
      nav={page.nav}
      isWide
      status={<Status session={session} now={now} />}
    >
      <Workplace desk={desk} now={now} />
    </Shell>,
    document.getElementById("root") ?? document.body,
  );
}

start(readPage());
