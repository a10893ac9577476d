/** Labelled fields of the forms about campaigns and people. */

interface FieldProps {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
}

export function TextField({ label, hint, value, onChange, isRequired }: FieldProps & { isRequired?: boolean }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="text" required={isRequired} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
      {hint && <small>{hint}</small>}
    </label>
  );
}

export function LongTextField({ label, hint, value, onChange, rows }: FieldProps & { rows: number }) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea rows={rows} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
      {hint && <small>{hint}</small>}
    </label>
  );
}

export function NumberField(props: FieldProps & { bounds: { min: number; max: number; step?: string } }) {
  const { label, hint, value, onChange, bounds } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        required
        min={bounds.min}
        max={bounds.max}
        step={bounds.step ?? "1"}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {hint && <small>{hint}</small>}
    </label>
  );
}

export function CheckField({
  label,
  isOn,
  onChange,
}: {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
