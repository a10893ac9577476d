/** A row of tabs; the panels are drawn by the page. */
export function Tabs<K extends string>(props: {
  tabs: readonly (readonly [key: K, label: string])[];
  selected: K;
  label: string;
  onSelect: (key: K) => void;
}) {
  return (
    <div class="tabs" role="tablist" aria-label={props.label}>
      {props.tabs.map(([key, label]) => (
        <button
          key={key}
          type="button"
          role="tab"
          aria-selected={key === props.selected}
          onClick={() => props.onSelect(key)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
