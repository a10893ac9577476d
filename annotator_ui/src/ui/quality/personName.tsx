import { SimulatedBadge } from "../badge";

/** A person's name, marked where a program made up the answers. */
export function PersonName(props: { name?: string; username: string; isSimulated: boolean; href?: string }) {
  const shown = props.name || props.username;
  return (
    <span class="row">
      {props.href ? <a href={props.href}>{shown}</a> : <span>{shown}</span>}
      <SimulatedBadge isSimulated={props.isSimulated} />
    </span>
  );
}
