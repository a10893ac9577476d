import { useEffect, useRef, useState } from "preact/hooks";
import type { MaskDesk } from "../../api/types";
import { maskActionOf } from "../../core/maskKeys";
import type { MaskSession } from "../../core/maskSession";
import { maskTexts as texts } from "../../core/texts/mask";
import { ErrorBox } from "../../ui/errorBox";
import { type BoardHandle, MaskBoard } from "../../ui/mask/board";
import { MaskConflict } from "../../ui/mask/conflict";
import { MaskKeySheet } from "../../ui/mask/keySheet";
import { MaskToolbar } from "../../ui/mask/toolbar";
import { MaskVersions } from "../../ui/mask/versions";
import { showToast } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { loadMask, type MaskApi } from "./maskApi";
import { StaleNotice } from "./staleNotice";

export interface MaskRoomProps {
  session: MaskSession;
  photo: ImageBitmap;
  desk: MaskDesk;
  api: MaskApi;
  onDesk: (desk: MaskDesk) => void;
  mayAskForCandidates: boolean;
  isConflict: (problem: unknown) => boolean;
}

/** Board and tools on the left; saving, versions and keys on the right. */
export function MaskRoom(props: MaskRoomProps) {
  const { session, desk, api, onDesk } = props;
  const [opacity, setOpacity] = useState(0.8);
  const [isHidden, setIsHidden] = useState(false);
  const [reason, setReason] = useState("");
  const [theirs, setTheirs] = useState<MaskDesk | null>(null);
  const board = useRef<BoardHandle | null>(null);
  const reasonField = useRef<HTMLInputElement>(null);
  const action = useAction();
  useKeys(session, board, {
    hide: () => setIsHidden((value) => !value),
    save: () => reasonField.current?.focus(),
  });

  /** Run a change on a version; when somebody was faster, fetch theirs and ask. */
  const change = (base: MaskDesk, send: (baseVersion: number) => Promise<MaskDesk>, said: (desk: MaskDesk) => string) =>
    action.run(async () => {
      try {
        const saved = await send(base.current_version);
        const current = saved.versions.find((one) => one.is_current);
        if (current) session.take((await loadMask(current.mask_url)).pixels_HW);
        session.settle();
        setTheirs(null);
        setReason("");
        onDesk(saved);
        showToast(said(saved), "good");
      } catch (problem) {
        if (!props.isConflict(problem)) throw problem;
        setTheirs(await api.desk());
      }
    });
  /** Look how far the candidates are; a version that somebody else saved is a conflict, even before one saves. */
  const refresh = async () => {
    const found = await api.desk();
    if (found.current_version === desk.current_version) onDesk(found);
    else setTheirs(found);
  };
  usePolling(refresh, theirs === null && !action.isBusy && (desk.status === "waiting" || desk.status === "generating"));
  const save = (base: MaskDesk) =>
    change(
      base,
      (version) => api.save(session.grid, version, reason.trim()),
      (saved) => texts.saved(saved.current_version),
    );
  const restore = (version: number) =>
    change(
      desk,
      (base) => api.restore(version, base, texts.restoreReason(version)),
      () => texts.restored(version),
    );
  const takeTheirs = (found: MaskDesk) =>
    action.run(async () => {
      const current = found.versions.find((one) => one.is_current);
      if (current) session.take((await loadMask(current.mask_url)).pixels_HW);
      session.settle();
      setTheirs(null);
      onDesk(found);
    });
  const theirVersion = theirs?.versions.find((one) => one.is_current);
  const { isChanged } = session.steps.value;
  return (
    <div class="mask-page">
      <div>
        <MaskToolbar session={session} opacity={opacity} onOpacity={setOpacity} onFit={() => board.current?.fit()} />
        <MaskBoard session={session} photo={props.photo} opacity={opacity} isHidden={isHidden} handle={board} />
      </div>
      <div class="stack">
        {desk.is_flagged && <p class="note is-warn">{texts.flagged}</p>}
        <StaleNotice desk={desk} api={api} mayAsk={props.mayAskForCandidates} onAsked={refresh} />
        {theirs && theirVersion ? (
          <MaskConflict
            mine={session.grid}
            theirs={theirVersion}
            isBusy={action.isBusy}
            onKeepMine={() => save(theirs)}
            onTakeTheirs={() => takeTheirs(theirs)}
          />
        ) : (
          <form
            class="card stack"
            onSubmit={(event) => {
              event.preventDefault();
              if (isChanged && reason.trim()) void save(desk);
            }}
          >
            <label class="field">
              <span>{texts.reason}</span>
              <input
                ref={reasonField}
                type="text"
                name="reason"
                maxLength={500}
                autocomplete="off"
                placeholder={texts.reasonPlaceholder}
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            </label>
            <button
              type="submit"
              class="button is-primary"
              disabled={action.isBusy || !isChanged || !reason.trim()}
              data-testid="save-mask"
            >
              {texts.save}
            </button>
            <p class="hint">{!isChanged ? texts.nothingChanged : reason.trim() ? texts.saveHint : texts.needsReason}</p>
          </form>
        )}
        <ErrorBox errors={action.errors} />
        <section class="card">
          <h2>{texts.versions}</h2>
          <MaskVersions versions={desk.versions} isBusy={action.isBusy} onRestore={restore} />
        </section>
        <MaskKeySheet />
      </div>
    </div>
  );
}

const POLL_MILLISECONDS = 4000;

function usePolling(look: () => Promise<void>, isWanted: boolean): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (!isWanted) return;
    // What cannot be fetched now is fetched next time; an annotator's right to look may have ended with her task.
    const timer = setInterval(() => {
      if (!document.hidden) latest.current().catch(() => undefined);
    }, POLL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isWanted]);
}

/** The keys of the page, except while somebody types. */
function useKeys(
  session: MaskSession,
  board: { current: BoardHandle | null },
  on: { hide: () => void; save: () => void },
): void {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const isTyping = target?.matches("input[type=text], textarea, select") ?? false;
      const isCtrl = event.ctrlKey || event.metaKey;
      // Enter and Space on a button press it.
      if (isTyping || (event.key === "Enter" && target?.matches("button, a, summary"))) return;
      const action = maskActionOf({
        key: event.key,
        isCtrl,
        isShift: event.shiftKey,
        isAlt: event.altKey,
        isRepeat: event.repeat,
      });
      if (action === null) return;
      event.preventDefault();
      if (action.kind === "tool") session.choose(action.tool);
      else if (action.kind === "hide" || action.kind === "save") latest.current[action.kind]();
      else if (action.kind === "fit") board.current?.fit();
      else if (action.kind === "zoom_in") board.current?.zoom(1.25);
      else if (action.kind === "zoom_out") board.current?.zoom(0.8);
      else if (action.kind === "smaller") session.resize(1 / 1.15);
      else if (action.kind === "larger") session.resize(1.15);
      else if (action.kind === "accept") session.accept("replace", event.shiftKey);
      else if (action.kind === "step_back") session.stepBack();
      else session[action.kind]();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [session]);
}
