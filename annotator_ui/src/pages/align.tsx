/**
 * The page on which a chosen shape is placed in its photo. What browser tests may hold on to:
 *
 * - `[data-testid=align]`: `data-state` = loading | working | snapping | submitting | empty | failed; `data-task-id`,
 *   `data-pose` (JSON), `data-focal`. `stage`: `data-is-ready`. `iou`: `data-iou`. `photo-pane`, `side-pane`.
 * - buttons `snap`, `submit`, `undo`, `redo`, `reset`, `give-back`, `help-open`, `handles-…`, `display-…`, `ring`, `zoom`;
 *   fields `place-0` …, `angle-turn`, `angle-tilt`, `angle-roll`, `scale-0` …, `focal`, `opacity`; `exif`.
 * - `saved`, `lease`; banners `lease-lost`, `unsent`, `refused`, `snapped`, `stored`, `restored`, `no-prediction`.
 */

import "../ui/theme.css";
import "../ui/annotate/annotate.css";
import "../ui/align/align.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { Client } from "../api/client";
import { type PageContext, pageRoot, readPage } from "../api/page";
import { AlignDesk } from "../core/alignDesk";
import { AlignSession } from "../core/alignSession";
import { Shell } from "../ui/shell";
import { alignApi } from "./align/alignApi";
import { AlignStatus } from "./align/messages";
import { AlignWorkplace } from "./align/workplace";
import { surroundings } from "./annotate/browser";
import { browserStore } from "./annotate/browserStore";
import { listen } from "./parts/keyboard";

const SECOND = 1000;

async function start(page: PageContext): Promise<void> {
  const store = await browserStore(page.me.id);
  const session = new AlignSession(alignApi(new Client({ csrf: page.csrf })), store, surroundings);
  const desk = new AlignDesk(session);
  const now = signal(Date.now());
  listen(desk);
  setInterval(() => {
    now.value = Date.now();
    void session.tick();
  }, SECOND);
  void session.next();
  render(
    <Shell {...page} isWide status={<AlignStatus session={session} now={now} />}>
      <AlignWorkplace desk={desk} now={now} />
    </Shell>,
    pageRoot(),
  );
}

void start(readPage());
