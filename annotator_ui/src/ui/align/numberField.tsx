import { useEffect, useRef } from "preact/hooks";

export interface NumberFieldProps {
  label: string;
  value: number;
  digits: number;
  step: number;
  testId: string;
  min?: number;
  isDisabled?: boolean;
  onChange: (value: number) => void;
}

/** A number that follows what is done elsewhere, unless somebody is typing in it. Taken on Enter and on leaving. */
export function NumberField({ label, value, digits, step, testId, min, isDisabled, onChange }: NumberFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = value.toFixed(digits);
  }, [value, digits]);
  const take = () => {
    const typed = Number(input.current?.value.replace(",", "."));
    const isGood = input.current?.value.trim() !== "" && Number.isFinite(typed) && (min === undefined || typed >= min);
    if (isGood && typed.toFixed(digits) !== value.toFixed(digits)) onChange(typed);
    else if (input.current && !isGood) input.current.value = value.toFixed(digits);
  };
  return (
    <label class="number-field">
      <span>{label}</span>
      <input
        ref={input}
        type="number"
        step={step}
        min={min}
        disabled={isDisabled}
        data-testid={testId}
        defaultValue={value.toFixed(digits)}
        onChange={take}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </label>
  );
}
