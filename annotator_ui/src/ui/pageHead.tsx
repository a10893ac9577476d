import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { texts } from "../core/texts";

export interface PageHeadProps {
  title: string;
  lead?: ComponentChildren;
  back?: { href: string; label: string };
  /** Buttons at the right. */
  children?: ComponentChildren;
}

/** Title of a page, the way back to its list, one sentence about it and its actions. */
export function PageHead({ title, lead, back, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · ${texts.product}`;
  }, [title]);
  return (
    <div class="page-head">
      <div>
        {back && (
          <a class="back" href={back.href}>
            ← {back.label}
          </a>
        )}
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </div>
      <div class="row">{children}</div>
    </div>
  );
}
