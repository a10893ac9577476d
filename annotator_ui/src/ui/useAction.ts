import { useState } from "preact/hooks";
import { type ErrorLine, errorLines } from "../core/errors";

export interface Action {
  errors: ErrorLine[];
  isBusy: boolean;
  /** Run one change; its errors stay until the next. Gives true when it succeeded. */
  run: (change: () => Promise<unknown>) => Promise<boolean>;
}

/** One change at a time, with what went wrong in the last one. */
export function useAction(): Action {
  const [errors, setErrors] = useState<ErrorLine[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const run = async (change: () => Promise<unknown>) => {
    if (isBusy) return false;
    setIsBusy(true);
    setErrors([]);
    try {
      await change();
      return true;
    } catch (caught) {
      setErrors(errorLines(caught));
      return false;
    } finally {
      setIsBusy(false);
    }
  };
  return { errors, isBusy, run };
}
