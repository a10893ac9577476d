"""What a rollback goes back to, read from the history of deployments."""

from collections.abc import Iterable


def checkpoint_before(history: Iterable[tuple[int, bool]]) -> int | None:
    """Return the checkpoint that a rollback makes live, or None when there is nothing to go back to.

    ``history`` is (checkpoint id, is_rollback) of every deployment, oldest first. A rollback takes the newest
    checkpoint off, so a second one goes further back and never brings a checkpoint back that was just taken off.
    """
    stack: list[int] = []
    for checkpoint_id, is_rollback in history:
        if is_rollback and checkpoint_id in stack:
            del stack[_last_index(stack, checkpoint_id) + 1 :]
        elif not stack or stack[-1] != checkpoint_id:
            stack.append(checkpoint_id)
    live = stack[-1] if stack else None
    return next((one for one in reversed(stack) if one != live), None)


def _last_index(stack: list[int], value: int) -> int:
    return len(stack) - 1 - stack[::-1].index(value)
