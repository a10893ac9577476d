/** One reason of a refusal: which field, a code for programs and a sentence for people. */
export interface ErrorLine {
  field: string | null;
  code: string;
  reason: string;
}

/** The reasons that a caught value carries, or one line made of its message. */
export function errorLines(caught: unknown): ErrorLine[] {
  if (caught instanceof Error && "errors" in caught && Array.isArray(caught.errors)) {
    return caught.errors as ErrorLine[];
  }
  return [{ field: null, code: "unexpected", reason: caught instanceof Error ? caught.message : String(caught) }];
}
