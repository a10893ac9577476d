"""Shapes that came out empty are asked for again, with other seeds and within bounds."""

from datetime import timedelta
from typing import Any

import pytest

from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.generators.port import Generator, GeneratorError, ProposalBatch
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.services.generation import run_generation
from engine.candidates.services.requests import request_candidates
from engine.core.clock import now
from tests.candidates.factories import make_target

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]


class Hollow(FakeGenerator):
    """Like a network: the proposals at these places, counted from the first seed, come out empty."""

    def __init__(self, *empty_places: int, first_seed: int, fails_at_ask: int = 0) -> None:
        super().__init__()
        self.empty = {first_seed + place for place in empty_places}
        self.asks: list[tuple[int, int]] = []
        self.first_seed, self.fails_at_ask = first_seed, fails_at_ask

    def propose(self, **ask: Any) -> ProposalBatch:
        self.asks.append((ask["seed"] - self.first_seed, ask["n"]))
        if len(self.asks) == self.fails_at_ask:
            raise GeneratorError("The model server was restarted.", is_retryable=True)
        kept = tuple(one for one in super().propose(**ask).proposals if one.seed not in self.empty)
        return ProposalBatch(proposals=kept, n_empty=ask["n"] - len(kept))


def run(*empty_places: int, fails_at_ask: int = 0) -> tuple[GenerationRequest, Hollow, list[int]]:
    (request,) = request_candidates(target=make_target())
    generator = Hollow(*empty_places, first_seed=request.seed, fails_at_ask=fails_at_ask)

    def factory(name: str, checkpoint_sha256: str | None) -> Generator:
        return generator

    made = run_generation(request_id=request.pk, factory=factory)
    request.refresh_from_db()
    return request, generator, [one.seed - request.seed for one in made]


@pytest.mark.parametrize(
    ("empty_places", "asks", "places"),
    [
        ((), [(0, 3)], [0, 1, 2]),
        ((1,), [(0, 3), (3, 1)], [0, 2, 3]),
        ((1, 3), [(0, 3), (3, 1), (4, 1)], [0, 2, 4]),
        ((0, 1, 2), [(0, 3), (3, 3)], [3, 4, 5]),
        ((1, 3, 4), [(0, 3), (3, 1), (4, 1)], [0, 2]),
    ],
)
def test_what_came_out_empty_is_asked_for_with_the_next_seeds_twice_at_most(
    empty_places: tuple[int, ...], asks: list[tuple[int, int]], places: list[int]
) -> None:
    request, generator, made = run(*empty_places)
    assert (generator.asks, made) == (asks, places)
    assert request.state == GenerationState.DONE
    assert list(Candidate.objects.order_by("ordinal").values_list("ordinal", flat=True)) == list(range(len(places)))


def test_an_object_that_stays_empty_fails_with_the_number_of_seeds_tried() -> None:
    request, generator, made = run(*range(9))
    assert (len(generator.asks), made, request.state) == (3, [], GenerationState.FAILED)
    assert request.failure_reason == "All shapes of 9 seeds came out empty."


def test_a_further_ask_that_fails_leaves_what_there_is_and_with_nothing_yet_is_tried_later() -> None:
    request, _, made = run(1, fails_at_ask=2)
    assert (made, request.state) == ([0, 2], GenerationState.DONE)
    request, _, made = run(0, 1, 2, fails_at_ask=2)
    assert (made, request.state) == ([], GenerationState.WAITING)
    assert request.failure_reason == "The model server was restarted."


def test_no_further_ask_when_the_lease_could_run_out_over_it(settings: Any) -> None:
    environment = settings.ENVIRONMENT
    lease = timedelta(seconds=environment.generation_lease_seconds)
    update = {"model_server_timeout_seconds": lease.total_seconds() + 1}
    settings.ENVIRONMENT = environment.model_copy(update=update)
    request, generator, made = run(1)
    assert (generator.asks, made) == ([(0, 3)], [0, 2])
    assert request.finished_at is not None
    assert request.finished_at < now() + lease
