import { CallFault } from "./ports";

/** For calls whose failure changes nothing that the person must know now. */
export async function quietly(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof CallFault)) throw error;
  }
}
