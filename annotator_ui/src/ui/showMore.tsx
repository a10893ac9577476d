import { texts } from "../core/texts";

/** The way to the next page of a list, while there is one. */
export function ShowMore(props: { hasMore: boolean; isLoading: boolean; onMore: () => void }) {
  if (!props.hasMore) return null;
  return (
    <div>
      <button type="button" class="button" disabled={props.isLoading} onClick={props.onMore}>
        {props.isLoading ? texts.shell.loading : texts.shell.more}
      </button>
    </div>
  );
}
