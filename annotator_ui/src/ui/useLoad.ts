import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ErrorLine, errorLines } from "../core/errors";

export interface Loaded<T> {
  data: T | null;
  errors: ErrorLine[];
  isLoading: boolean;
  reload: () => Promise<void>;
}

/**
 * Load something when the page opens, again on `reload`, and every `pollMilliseconds` while that is given and the
 * tab is seen. An error keeps the data that was there: a list does not vanish because one request failed.
 */
export function useLoad<T>(load: () => Promise<T>, pollMilliseconds: number | null = null): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [errors, setErrors] = useState<ErrorLine[]>([]);
  const [isLoading, setIsLoading] = useState(true);
  const latest = useRef(load);
  latest.current = load;
  const reload = useCallback(async () => {
    setIsLoading(true);
    try {
      setData(await latest.current());
      setErrors([]);
    } catch (caught) {
      setErrors(errorLines(caught));
    } finally {
      setIsLoading(false);
    }
  }, []);
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
  return { data, errors, isLoading, reload };
}
