import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ErrorLine, errorLines } from "../core/errors";

export interface ListPage<T> {
  results: T[];
  next: string | null;
}

export interface LoadedList<T> {
  /** Null until the first page came. */
  items: T[] | null;
  errors: ErrorLine[];
  hasMore: boolean;
  isLoading: boolean;
  loadMore: () => Promise<void>;
  reload: () => Promise<void>;
}

/**
 * Read a keyset list page by page; `load` gets the address of the next page, or null for the first. `reload` reads
 * again as many pages as are shown, so that a list that is watched keeps its length.
 */
export function useList<T>(
  load: (next: string | null) => Promise<ListPage<T>>,
  pollMilliseconds: number | null = null,
): LoadedList<T> {
  const [items, setItems] = useState<T[] | null>(null);
  const [errors, setErrors] = useState<ErrorLine[]>([]);
  const [isLoading, setIsLoading] = useState(true);
  const [next, setNext] = useState<string | null>(null);
  const latest = useRef(load);
  latest.current = load;
  const pages = useRef(1);

  const read = useCallback(async (count: number) => {
    setIsLoading(true);
    try {
      const found: T[] = [];
      let address: string | null = null;
      for (let index = 0; index < count; index += 1) {
        const answer: ListPage<T> = await latest.current(address);
        found.push(...answer.results);
        address = answer.next;
        if (!address) break;
      }
      pages.current = count;
      setItems(found);
      setNext(address);
      setErrors([]);
    } catch (caught) {
      setErrors(errorLines(caught));
    } finally {
      setIsLoading(false);
    }
  }, []);

  const reload = useCallback(() => read(pages.current), [read]);
  const loadMore = useCallback(() => read(pages.current + 1), [read]);
  useEffect(() => {
    void reload();
  }, [reload]);
  useEffect(() => {
    if (pollMilliseconds === null) return;
    const timer = setInterval(() => {
      if (!document.hidden) void reload();
    }, pollMilliseconds);
    return () => clearInterval(timer);
  }, [pollMilliseconds, reload]);
  return { items, errors, hasMore: next !== null, isLoading, loadMore, reload };
}
