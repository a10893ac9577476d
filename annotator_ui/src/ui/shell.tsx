import type { ComponentChildren } from "preact";
import { texts } from "../core/texts";
import { ThemeToggle } from "./themeToggle";
import { Toasts } from "./toasts";

export interface ShellProps {
  /** Name of the open page, as in the navigation. */
  page: string;
  me: { display_name: string; roles: readonly string[] };
  csrf: string;
  nav: readonly { name: string; path: string }[];
  /** True for pages that use the whole width of the window. */
  isWide?: boolean;
  /** Shown in the header between navigation and person, e.g. a lease countdown. */
  status?: ComponentChildren;
  children: ComponentChildren;
}

/** The frame of every page: header with navigation by role, theme, person, content and toasts. */
export function Shell({ page, me, csrf, nav, isWide, status, children }: ShellProps) {
  return (
    <div class="shell">
      <a class="skip-link visually-hidden" href="#content">
        {texts.shell.skip}
      </a>
      <header class="shell-header">
        <a class="brand" href="/">
          <BrandMark />
          {texts.product}
        </a>
        <nav class="shell-nav" aria-label={texts.product}>
          {nav.map((item) => (
            <a key={item.name} href={item.path} aria-current={item.name === page ? "page" : undefined}>
              {texts.nav[item.name] ?? item.name}
            </a>
          ))}
        </nav>
        {status}
        <div class="shell-person">
          <span title={me.roles.map((role) => texts.roles[role] ?? role).join(", ")}>{me.display_name}</span>
          <ThemeToggle />
          <form method="post" action="/logout/">
            <input type="hidden" name="csrfmiddlewaretoken" value={csrf} />
            <button type="submit" class="button is-quiet is-small">
              {texts.shell.logOut}
            </button>
          </form>
        </div>
      </header>
      <main id="content" class={isWide ? "shell-main is-wide" : "shell-main"}>
        {children}
      </main>
      <Toasts />
    </div>
  );
}

function BrandMark() {
  return (
    <svg class="brand-mark" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2.4" stroke-dasharray="38 12" />
      <path d="M10 6.2 13.4 8v4L10 13.8 6.6 12V8z" fill="currentColor" />
    </svg>
  );
}
