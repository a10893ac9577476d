/** One stored answer on the bench again, to be corrected. Test ids are those of the annotate page, and `correction`. */

import "../ui/theme.css";
import "../ui/annotate/annotate.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { Client } from "../api/client";
import { type PageContext, pageRoot, readPage } from "../api/page";
import { AnnotationSession } from "../core/annotationSession";
import { CorrectionNote } from "../core/correction";
import { errorLines } from "../core/errors";
import { formatTime } from "../core/format";
import { texts } from "../core/texts";
import { writerOf } from "../core/writer";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { Shell } from "../ui/shell";
import { surroundings } from "./annotate/browser";
import { browserStore } from "./annotate/browserStore";
import { type ChoiceDetail, correctionApi } from "./annotate/correctionApi";
import { Desk } from "./annotate/desk";
import { Workplace } from "./annotate/workplace";
import { listen } from "./parts/keyboard";

const own = texts.annotate;
const BACK = { href: "/annotate/answers/", label: own.myAnswers };
const SECOND = 1000;

async function openDesk(client: Client, choice: ChoiceDetail, personId: number): Promise<Desk> {
  const note = new CorrectionNote(choice.id, formatTime(choice.created_at));
  const store = await browserStore(personId);
  const calls = correctionApi(client, choice, note, writerOf(store, surroundings));
  const session = new AnnotationSession(calls, store, surroundings, () => ({
    choice_id: note.choiceId,
    reason: note.reason.value.trim(),
  }));
  const desk = new Desk(session, note);
  listen(desk);
  void session.start();
  return desk;
}

async function start(page: PageContext): Promise<void> {
  const client = new Client({ csrf: page.csrf });
  const choice = await client.get<ChoiceDetail>(`/api/choices/${page.params.id}/`);
  if (!choice.is_revisable) {
    const errors = [{ field: null, code: "final", reason: own.correctionTooLate }];
    return refuse(page, errors);
  }
  const desk = await openDesk(client, choice, page.me.id);
  const now = signal(Date.now());
  setInterval(() => {
    now.value = Date.now();
    void desk.session.tick();
  }, SECOND);
  render(
    <Shell {...page} isWide>
      <Workplace desk={desk} now={now} />
    </Shell>,
    pageRoot(),
  );
}

function refuse(page: PageContext, errors: ReturnType<typeof errorLines>): void {
  render(
    <Shell {...page}>
      <PageHead title={own.myAnswers} back={BACK} />
      <ErrorBox errors={errors} />
    </Shell>,
    pageRoot(),
  );
}

const context = readPage();
start(context).catch((error: unknown) => refuse(context, errorLines(error)));
