import { useState } from "preact/hooks";
import { texts } from "../core/texts";

type Theme = "light" | "dark";

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** The choice lives in a cookie, so that the server renders the next page in it and nothing flashes. */
function keepTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is missing in Firefox and Safari
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
}

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(currentTheme);
  const other: Theme = theme === "dark" ? "light" : "dark";
  const label = other === "dark" ? texts.shell.toDark : texts.shell.toLight;
  const turn = () => {
    keepTheme(other);
    setTheme(other);
  };
  return (
    <button type="button" class="button is-quiet is-small" title={label} aria-label={label} onClick={turn}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" fill="currentColor" />
      </svg>
    </button>
  );
}
