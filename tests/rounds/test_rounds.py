"""A round survives what happens to it: dead workers, failing trainers, cancellation, a store that is away."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from engine.core.clock import now
from engine.registry.selectors import live_checkpoint
from engine.registry.services import deploy_checkpoint
from engine.rounds.launchers.fake import FakeLauncher, FakeTrainer
from engine.rounds.launchers.port import Program
from engine.rounds.models import Round, RoundState, TrainingRunState
from engine.rounds.services import advance_round, cancel_round, due_round_ids, lease, retry_round, start_round
from engine.rounds.services.lease import Heartbeat, LeaseLost, claim_round
from tests.flow.wheel import deploy_base_checkpoint, prepare_records
from tests.outages import down, store_takes_bytes
from tests.services import Services

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(person: Callable[..., Any], tmp_path: Path) -> Callable[..., Round]:
    """Return a function that starts a round on a platform with records."""
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    mila = person("ml_lead")
    return lambda **fields: start_round(started_by=mila, seed=3, **fields)


def claim(round_: Round, *, lease_seconds: float = 60) -> uuid.UUID | None:
    token = uuid.uuid4()
    return token if claim_round(round_id=round_.pk, worker_token=token, lease_seconds=lease_seconds) else None


def let_lease_run_out(round_: Round) -> None:
    Round.objects.filter(pk=round_.pk).update(lease_expires_at=now() - timedelta(seconds=1))


def advance_in_thread(round_: Round, launcher: FakeLauncher) -> threading.Thread:
    def work() -> None:
        advance_round(round_id=round_.pk, launcher=launcher)
        connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_two_workers_cannot_hold_a_round(start: Callable[..., Round]) -> None:
    round_ = start()
    assert claim(round_) is not None
    assert claim(round_) is None
    assert not advance_round(round_id=round_.pk, launcher=FakeLauncher())


def test_two_workers_claiming_at_once_give_one_round(start: Callable[..., Round]) -> None:
    round_ = start()
    barrier, won = threading.Barrier(8), []

    def work() -> None:
        barrier.wait()
        if claim(round_) is not None:
            won.append(1)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_second_round_waits_until_the_first_has_ended(start: Callable[..., Round]) -> None:
    first, second = start(), start()
    assert claim(first) is not None
    assert claim(second) is None
    second.refresh_from_db()
    assert second.state == RoundState.QUEUED
    assert due_round_ids() == []


def test_the_database_itself_refuses_two_active_rounds(start: Callable[..., Round]) -> None:
    first, second = start(), start()
    claim(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=second.pk).update(state=RoundState.TRAINING)


def test_a_round_whose_worker_died_is_due_and_goes_on_where_it_was(start: Callable[..., Round]) -> None:
    round_ = start()
    dying = FakeLauncher(hanging=frozenset({"dpo"}))
    worker = advance_in_thread(round_, dying)
    runs = round_.training_runs
    until = time.monotonic() + 20
    while not runs.filter(stage="dpo", state=TrainingRunState.RUNNING, step__gt=0).exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    # As after a kill: nobody renews, and the token of the next worker fences off the old one.
    Round.objects.filter(pk=round_.pk).update(worker_token=None)
    let_lease_run_out(round_)
    worker.join(timeout=10)
    assert not worker.is_alive()
    assert due_round_ids() == [round_.pk]
    living = FakeLauncher()
    assert advance_round(round_id=round_.pk, launcher=living)
    # SFT had ended: it is not trained again.
    assert living.started == ["dpo", "evaluate", "evaluate"]
    round_.refresh_from_db()
    assert round_.state == RoundState.DEPLOYED
    assert runs.get(stage="dpo").attempts == 2


def test_progress_is_seen_while_the_trainer_runs(start: Callable[..., Round]) -> None:
    round_ = start(sft_steps=40)
    launcher = FakeLauncher(hanging=frozenset({"sft"}))
    worker = advance_in_thread(round_, launcher)
    until = time.monotonic() + 20
    while (run := round_.training_runs.get(stage="sft")).step == 0:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert (run.state, run.step, run.n_steps) == (TrainingRunState.RUNNING, 20, 40)
    assert "fake sft" in run.log_tail
    cancel_round(round_id=round_.pk)
    worker.join(timeout=10)
    assert not worker.is_alive()
    round_.refresh_from_db()
    assert round_.state == RoundState.CANCELLED
    assert {run.state for run in round_.training_runs.all()} == {TrainingRunState.CANCELLED}


def test_a_failing_trainer_fails_the_round_with_its_last_words_and_can_be_retried(start: Callable[..., Round]) -> None:
    round_ = start()
    before = live_checkpoint()
    launcher = FakeLauncher(failing={"dpo": 1})
    advance_round(round_id=round_.pk, launcher=launcher)
    round_.refresh_from_db()
    assert round_.state == RoundState.FAILED
    assert "status 1" in round_.state_reason
    assert "dpo was told to fail" in round_.state_reason
    assert launcher.started == ["sft", "dpo"]
    assert live_checkpoint() == before
    retry_round(round_id=round_.pk)
    again = FakeLauncher()
    advance_round(round_id=round_.pk, launcher=again)
    round_.refresh_from_db()
    assert round_.state == RoundState.DEPLOYED
    assert again.started == ["dpo", "evaluate", "evaluate"]


def test_a_killed_trainer_is_started_again_three_times(start: Callable[..., Round]) -> None:
    round_ = start()
    launcher = FakeLauncher(failing={"sft": 137})
    advance_round(round_id=round_.pk, launcher=launcher)
    round_.refresh_from_db()
    assert launcher.started == ["sft", "sft", "sft"]
    assert "killed 3 times" in round_.state_reason


def test_a_queued_round_is_cancelled_at_once(start: Callable[..., Round]) -> None:
    round_ = start()
    cancel_round(round_id=round_.pk)
    round_.refresh_from_db()
    assert round_.state == RoundState.CANCELLED
    assert not advance_round(round_id=round_.pk, launcher=FakeLauncher())


def test_a_round_of_a_dead_worker_is_cancelled_by_the_next_one(start: Callable[..., Round]) -> None:
    round_ = start()
    claim(round_)
    let_lease_run_out(round_)
    cancel_round(round_id=round_.pk)
    launcher = FakeLauncher()
    advance_round(round_id=round_.pk, launcher=launcher)
    round_.refresh_from_db()
    assert round_.state == RoundState.CANCELLED
    assert "sft" not in launcher.started


def test_a_lost_lease_is_noticed_and_nothing_more_is_written(start: Callable[..., Round]) -> None:
    round_ = start()
    token = claim(round_, lease_seconds=1)
    assert token is not None
    with Heartbeat(round_id=round_.pk, worker_token=token, lease_seconds=1) as heartbeat:
        heartbeat.check()
        Round.objects.filter(pk=round_.pk).update(worker_token=uuid.uuid4())
        time.sleep(0.6)
        with pytest.raises(LeaseLost):
            heartbeat.check()


def test_a_heartbeat_keeps_the_lease_longer_than_its_length(start: Callable[..., Round]) -> None:
    round_ = start()
    token = claim(round_, lease_seconds=0.8)
    assert token is not None
    with Heartbeat(round_id=round_.pk, worker_token=token, lease_seconds=0.8) as heartbeat:
        time.sleep(1.5)
        heartbeat.check()
        assert claim(round_) is None


class DeployingLauncher(FakeLauncher):
    """Lets another checkpoint go live while this one trains."""

    def __init__(self, folder: Path) -> None:
        super().__init__(gain=0.1)
        self.folder = folder

    def start(self, *, program: Program, run_folder: Path) -> FakeTrainer:
        if program == "dpo":
            deploy_base_checkpoint(self.folder)
        return super().start(program=program, run_folder=run_folder)


def test_a_waiting_round_begins_from_what_is_live_then(start: Callable[..., Round], tmp_path: Path) -> None:
    round_ = start()
    other = deploy_base_checkpoint(tmp_path / "other")
    advance_round(round_id=round_.pk, launcher=FakeLauncher())
    round_.refresh_from_db()
    assert round_.state == RoundState.DEPLOYED
    assert round_.training_runs.get(stage="sft").checkpoint.parent == other


def test_a_checkpoint_that_went_live_meanwhile_is_not_undone(start: Callable[..., Round], tmp_path: Path) -> None:
    round_ = start()
    advance_round(round_id=round_.pk, launcher=DeployingLauncher(tmp_path / "other"))
    other = live_checkpoint()
    round_.refresh_from_db()
    assert round_.state == RoundState.REFUSED
    assert "Another checkpoint went live" in round_.state_reason
    assert live_checkpoint() == other
    assert other is not None
    assert other.stage == "pretrain"


def test_a_failed_round_is_not_retried_against_another_live_checkpoint(
    start: Callable[..., Round], api: Callable[..., Any], person: Callable[..., Any], tmp_path: Path
) -> None:
    round_ = start()
    advance_round(round_id=round_.pk, launcher=FakeLauncher(failing={"sft": 1}))
    deploy_base_checkpoint(tmp_path / "other")
    answer = api(person("ml_lead", username="lead")).post(f"/api/rounds/{round_.pk}/retry/")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "live_changed"


def test_a_store_that_is_away_postpones_the_round(start: Callable[..., Round], services: Services) -> None:
    round_ = start()
    with down(services.s3, is_back=store_takes_bytes):
        advance_round(round_id=round_.pk, launcher=FakeLauncher())
    round_.refresh_from_db()
    assert round_.state == RoundState.FREEZING
    assert "does not answer" in round_.state_reason
    let_lease_run_out(round_)
    assert due_round_ids() == [round_.pk]
    advance_round(round_id=round_.pk, launcher=FakeLauncher())
    round_.refresh_from_db()
    assert round_.state == RoundState.DEPLOYED


def test_a_stopping_worker_lets_go_at_once(start: Callable[..., Round]) -> None:
    round_ = start()
    lease.worker_is_stopping.set()
    try:
        advance_round(round_id=round_.pk, launcher=FakeLauncher())
    finally:
        lease.worker_is_stopping.clear()
    round_.refresh_from_db()
    assert round_.state == RoundState.FREEZING
    assert due_round_ids() == [round_.pk]


def test_the_same_checkpoint_is_not_deployed_twice(start: Callable[..., Round]) -> None:
    round_ = start()
    advance_round(round_id=round_.pk, launcher=FakeLauncher())
    live = live_checkpoint()
    assert live is not None
    assert deploy_checkpoint(checkpoint=live, reason="again").round == Round.objects.get(pk=round_.pk)
