import type { ErrorLine } from "../core/errors";
import { texts } from "../core/texts";

/** What went wrong and what to do, one line a reason; with a way to try again when there is one. */
export function ErrorBox({ errors, onRetry }: { errors: ErrorLine[]; onRetry?: () => void }) {
  if (errors.length === 0) return null;
  return (
    <div class="error-box" role="alert" data-testid="error-box">
      <ul>
        {errors.map((error) => (
          <li key={`${error.field}${error.code}${error.reason}`} data-code={error.code}>
            {error.field && <b>{error.field}: </b>}
            {error.reason}
          </li>
        ))}
      </ul>
      {onRetry && (
        <button type="button" class="button is-small" onClick={onRetry}>
          {texts.shell.retry}
        </button>
      )}
    </div>
  );
}
