"""Workers share requests: one at a time, none lost, none done twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection

from engine.candidates import tasks
from engine.candidates.backoff import delay_before_next
from engine.candidates.models import GenerationRequest, GenerationState
from engine.candidates.services.claims import (
    claim_generation_request,
    due_request_ids,
    fail_generation_request,
    release_claims,
)
from engine.candidates.services.requests import propose_again, request_candidates, retry_generation_request
from engine.core.clock import now
from engine.core.errors import Conflict
from engine.core.messages import messages_waiting
from engine.photos.models import TargetObject
from tests.annotation.factories import make_target

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]


def one_request(target: TargetObject | None = None) -> GenerationRequest:
    return request_candidates(target=target or make_target())[0]


def expire_lease(request: GenerationRequest) -> None:
    GenerationRequest.objects.filter(pk=request.pk).update(lease_expires_at=now() - timedelta(seconds=1))


def test_asking_twice_asks_once() -> None:
    target = make_target()
    first, second = request_candidates(target=target), request_candidates(target=target)
    assert [row.pk for row in first] == [row.pk for row in second]
    assert (first[0].n, first[0].generator, first[0].state) == (3, "fake", GenerationState.WAITING)


def test_every_request_has_seeds_of_its_own() -> None:
    assert one_request().seed != one_request().seed


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_request() -> None:
    requests = [one_request() for _ in range(4)]

    def work(number: int) -> list[int]:
        try:
            claims = [claim_generation_request(request_id=request.pk) for request in requests]
            return [claim.pk for claim in claims if claim]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claimed = [pk for found in pool.map(work, range(8)) for pk in found]
    assert sorted(claimed) == sorted(request.pk for request in requests)


def test_a_held_request_is_claimed_again_only_when_its_lease_ran_out() -> None:
    request = one_request()
    first = claim_generation_request(request_id=request.pk)
    assert first is not None
    assert claim_generation_request(request_id=request.pk) is None
    expire_lease(request)
    assert due_request_ids(limit=10) == [request.pk]
    second = claim_generation_request(request_id=request.pk)
    assert second is not None
    assert (second.attempts, second.worker_token != first.worker_token) == (2, True)


def test_what_was_held_when_the_platform_was_stopped_is_due_when_it_starts() -> None:
    held, waiting = one_request(), one_request()
    claim_generation_request(request_id=held.pk)
    assert due_request_ids(limit=10) == [waiting.pk]
    assert release_claims() == 1
    assert set(due_request_ids(limit=10)) == {held.pk, waiting.pk}
    assert claim_generation_request(request_id=held.pk) is not None


def test_a_worker_that_lost_its_claim_cannot_fail_the_request() -> None:
    request = one_request()
    first = claim_generation_request(request_id=request.pk)
    expire_lease(request)
    second = claim_generation_request(request_id=request.pk)
    assert first is not None
    assert second is not None
    fail_generation_request(claim=first, reason="too late", is_retryable=False)
    request.refresh_from_db()
    assert (request.state, request.worker_token) == (GenerationState.RUNNING, second.worker_token)


def test_what_kills_every_worker_is_given_up_with_a_reason() -> None:
    request = one_request()
    for _ in range(django_settings.ENVIRONMENT.generation_max_attempts):
        assert claim_generation_request(request_id=request.pk) is not None
        expire_lease(request)
    assert claim_generation_request(request_id=request.pk) is None
    request.refresh_from_db()
    assert request.state == GenerationState.FAILED
    assert "stopped without an answer" in request.failure_reason
    assert due_request_ids(limit=10) == []


def test_a_failure_that_may_pass_waits_longer_each_time_and_is_never_forgotten() -> None:
    request, delays = one_request(), []
    for _ in range(django_settings.ENVIRONMENT.generation_max_attempts):
        claim = claim_generation_request(request_id=request.pk)
        assert claim is not None
        fail_generation_request(claim=claim, reason="down", is_retryable=True)
        request.refresh_from_db()
        assert request.not_before is not None
        delays.append((request.not_before - now()).total_seconds())
        assert claim_generation_request(request_id=request.pk) is None
        GenerationRequest.objects.filter(pk=request.pk).update(not_before=now() - timedelta(seconds=1))
    assert delays == sorted(delays)
    assert request.state == GenerationState.FAILED
    assert due_request_ids(limit=10) == [request.pk]
    assert claim_generation_request(request_id=request.pk) is not None


def test_the_platforms_own_failures_use_no_attempt_up() -> None:
    request = one_request()
    for _ in range(10):
        claim = claim_generation_request(request_id=request.pk)
        assert claim is not None
        fail_generation_request(claim=claim, reason="store down", is_retryable=True, is_counted=False)
        GenerationRequest.objects.filter(pk=request.pk).update(not_before=None)
    request.refresh_from_db()
    assert (request.state, request.attempts) == (GenerationState.WAITING, 0)


def test_a_failure_for_good_can_be_retried_by_a_person_once() -> None:
    request = one_request()
    claim = claim_generation_request(request_id=request.pk)
    assert claim is not None
    fail_generation_request(claim=claim, reason="nothing to see", is_retryable=False)
    request.refresh_from_db()
    assert (request.state, request.failure_reason) == (GenerationState.FAILED, "nothing to see")
    assert due_request_ids(limit=10) == []
    retried = retry_generation_request(request=request)
    assert (retried.state, retried.attempts) == (GenerationState.WAITING, 0)
    with pytest.raises(Conflict):
        retry_generation_request(request=request)


def test_proposing_again_retries_failures_first_and_then_adds_a_batch() -> None:
    target = make_target()
    request = one_request(target)
    claim = claim_generation_request(request_id=request.pk)
    assert claim is not None
    fail_generation_request(claim=claim, reason="no", is_retryable=False)
    assert [row.pk for row in propose_again(target=target)] == [request.pk]
    GenerationRequest.objects.filter(pk=request.pk).update(state=GenerationState.DONE)
    added = propose_again(target=target)
    assert [(row.batch, row.state) for row in added] == [(1, GenerationState.WAITING)]
    assert added[0].seed != request.seed
    assert [row.pk for row in propose_again(target=target)] == [added[0].pk]


@pytest.mark.django_db(transaction=True)
def test_the_sweep_announces_lost_requests_until_the_workers_are_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    GenerationRequest.objects.bulk_create(
        GenerationRequest(target=make_target(), generator="fake", n=3, seed=1, steps=1, guidance=1) for _ in range(2)
    )
    before = messages_waiting("propose")
    monkeypatch.setattr(tasks, "SWEEP_LIMIT", before + 1)
    tasks.sweep_generation_requests()
    assert messages_waiting("propose") == before + 2
    tasks.sweep_generation_requests()
    assert messages_waiting("propose") == before + 2


def test_back_off_grows_and_ends() -> None:
    seconds = [delay_before_next(attempts=n, max_attempts=5).total_seconds() for n in range(1, 60)]
    assert seconds[:4] == [5, 10, 20, 40]
    assert seconds[4] == 60
    assert max(seconds) == 3600
