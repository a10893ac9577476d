import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, Client } from "../api/client";
import { pageRoot, readPage } from "../api/page";
import type { MaskDesk } from "../api/types";
import { errorLines } from "../core/errors";
import { MaskSession } from "../core/maskSession";
import { maskTexts as texts } from "../core/texts/mask";
import { StateBadge } from "../ui/badge";
import { ErrorBox } from "../ui/errorBox";
import { PageHead } from "../ui/pageHead";
import { Shell } from "../ui/shell";
import { showToast } from "../ui/toasts";
import { useLoad } from "../ui/useLoad";
import { loadMask, loadPhoto, MaskApi } from "./mask/maskApi";
import { MaskRoom } from "./mask/room";
import "../ui/theme.css";
import "../ui/mask/mask.css";

const page = readPage();
const api = new MaskApi(new Client({ csrf: page.csrf }), page.params.id ?? "");
const mayAskForCandidates = page.me.roles.some((role) => role === "ml_lead" || role === "admin");

interface Opened {
  session: MaskSession;
  photo: ImageBitmap;
  desk: MaskDesk;
}

async function open(): Promise<Opened> {
  const desk = await api.desk();
  const current = desk.versions.find((one) => one.is_current);
  const [photo, grid] = await Promise.all([loadPhoto(desk.image_url), loadMask(current?.mask_url ?? desk.mask_url)]);
  const say = (problem: unknown) =>
    showToast(
      errorLines(problem)
        .map((line) => line.reason)
        .join(" "),
      "bad",
    );
  return { desk, photo, session: new MaskSession(grid, (hints) => api.propose(hints), say) };
}

function MaskPage() {
  const { data: opened, errors, reload } = useLoad(open);
  const [desk, setDesk] = useState<MaskDesk | null>(null);
  const shown = desk ?? opened?.desk ?? null;
  useEffect(() => {
    // Whoever leaves in the middle is asked; a stroke is quickly made and quickly lost.
    const ask = (event: BeforeUnloadEvent) => {
      if (opened?.session.steps.value.isChanged) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [opened]);
  if (opened === null || shown === null) return <ErrorBox errors={errors} onRetry={reload} />;
  return (
    <>
      <PageHead
        title={texts.title(shown.name || String(shown.target_id))}
        lead={
          <>
            {texts.lead} <StateBadge state={shown.status} />
          </>
        }
        {...(mayAskForCandidates ? { back: { href: `/photos/${shown.photo_id}/`, label: texts.back } } : {})}
      />
      <MaskRoom
        {...opened}
        desk={shown}
        api={api}
        onDesk={setDesk}
        mayAskForCandidates={mayAskForCandidates}
        isConflict={(problem) => problem instanceof ApiError && problem.has("mask_changed")}
      />
    </>
  );
}

render(
  <Shell {...page} isWide>
    <MaskPage />
  </Shell>,
  pageRoot(),
);
