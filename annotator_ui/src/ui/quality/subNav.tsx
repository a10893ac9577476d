import { qualityTexts as texts } from "../../core/texts/quality";

export type QualityPage = keyof typeof texts.nav;

/** The way between the pages about people's work; `pages` are those that the person may open. */
export function SubNav({ current, pages }: { current: QualityPage; pages: readonly QualityPage[] }) {
  return (
    <nav class="sub-nav" aria-label={texts.navLabel}>
      {pages.map((page) => (
        <a key={page} href={`/${page}/`} aria-current={page === current ? "page" : undefined}>
          {texts.nav[page]}
        </a>
      ))}
    </nav>
  );
}
