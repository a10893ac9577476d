import { useState } from "preact/hooks";
import type { Client } from "../../api/client";
import type { Disagreement } from "../../api/quality";
import type { Page } from "../../api/types";
import { useList } from "../../ui/useList";

export interface Queue {
  /** Null until the first page came. */
  items: readonly Disagreement[] | null;
  current: Disagreement | null;
  index: number;
  /** "12+" while there are more to fetch. */
  count: string;
  errors: ReturnType<typeof useList>["errors"];
  isSettledShown: boolean;
  showSettled: (isShown: boolean) => void;
  reload: () => Promise<void>;
  /** Go on by so many; fetches the next page before the end is reached. */
  move: (by: number) => void;
}

function addressOf(campaignId: string | null): string {
  return campaignId ? `/api/disagreements/?campaign_id=${encodeURIComponent(campaignId)}` : "/api/disagreements/";
}

/** The objects to settle, one at a time. */
export function useQueue(client: Client, campaignId: string | null): Queue {
  const list = useList((next) => client.get<Page<Disagreement>>(next ?? addressOf(campaignId)));
  const [isSettledShown, setSettledShown] = useState(false);
  const [place, setPlace] = useState(0);
  const items = list.items?.filter((item) => isSettledShown || item.adjudication === null) ?? null;
  const index = Math.min(place, Math.max(0, (items?.length ?? 0) - 1));
  const move = (by: number): void => {
    const last = (items?.length ?? 0) - 1;
    if (index + by >= last - 2 && list.hasMore && !list.isLoading) void list.loadMore();
    setPlace(Math.min(Math.max(0, index + by), Math.max(0, last)));
  };
  return {
    items,
    current: items?.[index] ?? null,
    index,
    count: `${items?.length ?? 0}${list.hasMore ? "+" : ""}`,
    errors: list.errors,
    isSettledShown,
    showSettled: (isShown) => {
      setSettledShown(isShown);
      setPlace(0);
    },
    reload: list.reload,
    move,
  };
}
