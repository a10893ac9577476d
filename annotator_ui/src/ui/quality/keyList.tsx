/** The keys of a page, always in sight: nobody has to look them up. */
export function KeyList({ heading, rows }: { heading: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <section class="card" aria-label={heading}>
      <dl class="key-list">
        {rows.map(([key, text]) => (
          <div key={key} class="fact">
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
