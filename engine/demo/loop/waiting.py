"""Waits for the workers, with a limit and with the reason when it takes too long or fails."""

import time
from collections.abc import Callable, Sequence

from engine.candidates.models import GenerationRequest, GenerationState
from engine.photos.models import TargetObject
from engine.rounds.models import Round, RoundState

POLL_SECONDS = 0.5
ENDED = (RoundState.DEPLOYED, RoundState.REFUSED, RoundState.FAILED, RoundState.CANCELLED)


class LoopStopped(Exception):
    """The turn cannot be finished, and why."""


def wait_until(is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Poll until it is so. Raises LoopStopped after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise LoopStopped(f"{what} did not happen within {seconds:.0f} s. Do the workers run?")
        time.sleep(POLL_SECONDS)


def wait_for_candidates(targets: Sequence[TargetObject], *, seconds: float) -> None:
    """Wait until every request for the targets is done. Raises LoopStopped with the first failure's reason."""
    requests = GenerationRequest.objects.filter(target__in=targets)

    def is_done() -> bool:
        failed = requests.filter(state=GenerationState.FAILED, not_before__isnull=True).first()
        if failed is not None:
            raise LoopStopped(f"{failed.generator} failed for target {failed.target_id}: {failed.failure_reason}")
        return not requests.exclude(state=GenerationState.DONE).exists()

    wait_until(is_done, seconds=seconds, what="The candidates")


def wait_for_round(round_id: int, *, seconds: float) -> Round:
    """Wait until the round has ended, whatever the end, and return it."""
    rounds = Round.objects.filter(pk=round_id, state__in=ENDED)
    wait_until(rounds.exists, seconds=seconds, what=f"The end of round {round_id}")
    return rounds.get()
