import type { ComponentChildren } from "preact";

/** One thing to do next: heading, how things stand, and the way there. */
export function NextCard(props: { heading: string; href: string; action: string; children: ComponentChildren }) {
  return (
    <section class="card next-card">
      <h2>{props.heading}</h2>
      <p>{props.children}</p>
      <div>
        <a class="button is-primary" href={props.href}>
          {props.action}
        </a>
      </div>
    </section>
  );
}
