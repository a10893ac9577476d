import type { ComponentChildren } from "preact";

export interface KeyButtonProps {
  /** As it is written on the key. */
  keyLabel?: string;
  onPress: () => void;
  class?: string;
  testId?: string;
  title?: string;
  isDisabled?: boolean;
  isPressed?: boolean;
  children: ComponentChildren;
}

/** A button with its key on it. A mouse press leaves the focus where it is, so that Enter goes on meaning "submit". */
export function KeyButton(props: KeyButtonProps) {
  return (
    <button
      type="button"
      class={`button ${props.class ?? ""}`}
      data-testid={props.testId}
      title={props.title}
      disabled={props.isDisabled}
      aria-pressed={props.isPressed}
      onMouseDown={(event) => event.preventDefault()}
      onClick={props.onPress}
    >
      <span>{props.children}</span>
      {props.keyLabel && <kbd>{props.keyLabel}</kbd>}
    </button>
  );
}
