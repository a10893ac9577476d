"""Real Celery workers over a real broker: one is killed in the middle of training, one is told to end."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from engine.core.environment import PROJECT_FOLDER
from engine.demo.stack.commands import worker_command
from engine.demo.stack.process import ManagedProcess
from engine.rounds.models import Round, RoundState, TrainingRun, TrainingRunState
from engine.rounds.services import cancel_round, start_round
from engine.rounds.tasks import sweep_rounds
from tests.flow.wheel import deploy_base_checkpoint, prepare_records
from tests.rounds.test_local_launcher import is_alive, pids_of
from tests.services import Services
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LEASE_SECONDS = 5
ENDED = (RoundState.DEPLOYED, RoundState.REFUSED, RoundState.FAILED, RoundState.CANCELLED)


def worker_environment(data_folder: Path) -> dict[str, str]:
    """The worker sees the tests' own database, and the slow trainer where Python with torch would be."""
    launcher = data_folder / "python"
    launcher.parent.mkdir(parents=True, exist_ok=True)
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} {PROJECT_FOLDER}/tests/rounds/slow_trainer.py "$@"\n')
    launcher.chmod(0o755)
    name = connection.settings_dict["NAME"]
    return {
        **os.environ,
        "FLYWHEEL_DATABASE_URL": os.environ["FLYWHEEL_DATABASE_URL"].replace("/flywheel?", f"/{name}?"),
        "FLYWHEEL_DATA_FOLDER": str(data_folder),
        "FLYWHEEL_TRAINER_PYTHON": str(launcher),
        "FLYWHEEL_ROUND_LEASE_SECONDS": str(LEASE_SECONDS),
        "FLYWHEEL_LOG_LEVEL": "INFO",
    }


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], ManagedProcess]]:
    workers: list[ManagedProcess] = []
    environment = worker_environment(tmp_path / "data")

    def start() -> ManagedProcess:
        log_path = tmp_path / f"worker-{len(workers)}.log"
        worker = ManagedProcess(
            name="worker", command=worker_command(queue="gpu", threads=1), environment=environment,
            cwd=PROJECT_FOLDER, log_path=log_path,
            is_ready=lambda: log_path.exists() and b" ready." in log_path.read_bytes(),
        )  # fmt: skip
        worker.start()
        workers.append(worker)
        worker.wait_ready(seconds=60)
        return worker

    yield start
    for worker in workers:
        worker.kill()


@pytest.fixture
def round_(person: Callable[..., Any], tmp_path: Path) -> Round:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    return start_round(started_by=person("ml_lead"), seed=3, sft_steps=100, dpo_steps=5)


def sft(round_: Round) -> TrainingRun:
    return round_.training_runs.get(stage="sft")


def folder_of(round_: Round, tmp_path: Path, name: str = "sft") -> Path:
    return tmp_path / "data" / "rounds" / str(round_.pk) / name


def state_of(round_: Round) -> str:
    return str(Round.objects.values_list("state", flat=True).get(pk=round_.pk))


def test_a_round_goes_on_after_its_worker_was_killed(
    round_: Round, start_worker: Callable[[], ManagedProcess], tmp_path: Path
) -> None:
    first = start_worker()
    wait_until(lambda: sft(round_).step >= 10, seconds=60)
    os.kill(first.pid, signal.SIGKILL)
    folder = folder_of(round_, tmp_path)
    wait_until(lambda: not is_alive(pids_of(folder)[0]))
    assert state_of(round_) == RoundState.TRAINING

    start_worker()

    def is_ended_after_sweeps() -> bool:
        sweep_rounds()
        time.sleep(0.3)
        return state_of(round_) in ENDED

    wait_until(is_ended_after_sweeps, seconds=90)
    round_.refresh_from_db()
    assert round_.state == RoundState.DEPLOYED, round_.state_reason
    log = (folder / "log.txt").read_text().splitlines()
    # What the killed worker's trainer saved is where the next one begins: no step was lost, none done twice.
    assert log[0] == "begins at step 0"
    assert log[1].removeprefix("saved at step ") == log[2].removeprefix("begins at step ")
    assert sft(round_).attempts == 2
    assert sft(round_).step == 100
    assert len(pids_of(folder)) == 2


def test_a_worker_that_is_told_to_end_lets_go_at_once(
    round_: Round, start_worker: Callable[[], ManagedProcess], tmp_path: Path
) -> None:
    worker = start_worker()
    wait_until(lambda: sft(round_).step >= 5, seconds=60)
    began = time.monotonic()
    os.kill(worker.pid, signal.SIGTERM)
    wait_until(lambda: not worker.is_running(), seconds=20)
    assert time.monotonic() - began < 10
    assert not is_alive(pids_of(folder_of(round_, tmp_path))[0])
    round_.refresh_from_db()
    assert round_.worker_token is None
    assert "worker was stopped" in round_.state_reason


def test_a_round_is_cancelled_while_it_trains(
    round_: Round, start_worker: Callable[[], ManagedProcess], tmp_path: Path
) -> None:
    start_worker()
    wait_until(lambda: sft(round_).step >= 5, seconds=60)
    cancel_round(round_id=round_.pk)
    wait_until(lambda: state_of(round_) == RoundState.CANCELLED, seconds=20)
    assert sft(round_).state == TrainingRunState.CANCELLED
    assert not is_alive(pids_of(folder_of(round_, tmp_path))[0])
    assert "saved at step" in sft(round_).log_tail


def test_a_trainer_that_is_killed_resumes_within_the_round(
    round_: Round, start_worker: Callable[[], ManagedProcess], tmp_path: Path
) -> None:
    start_worker()
    wait_until(lambda: sft(round_).step >= 5, seconds=60)
    os.kill(pids_of(folder_of(round_, tmp_path))[0], signal.SIGKILL)
    wait_until(lambda: state_of(round_) in ENDED, seconds=60)
    assert state_of(round_) == RoundState.DEPLOYED
    assert len(pids_of(folder_of(round_, tmp_path))) == 2


def test_a_database_that_restarts_in_the_middle_costs_no_training(
    round_: Round, start_worker: Callable[[], ManagedProcess], tmp_path: Path
) -> None:
    start_worker()
    wait_until(lambda: sft(round_).step >= 5, seconds=60)
    # All sessions are cut, the worker's among them, as at a restart.
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        for _ in range(3):
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s",
                [name],
            )
            time.sleep(0.3)
    wait_until(lambda: state_of(round_) in ENDED, seconds=60)
    assert state_of(round_) == RoundState.DEPLOYED
    assert len(pids_of(folder_of(round_, tmp_path))) == 1


def test_a_round_that_is_started_while_the_broker_is_away_runs_later(
    person: Callable[..., Any],
    api: Callable[..., Any],
    services: Services,
    start_worker: Callable[[], ManagedProcess],
    tmp_path: Path,
) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    services.valkey.stop()
    try:
        answer = api(person("ml_lead")).post("/api/rounds/", {"sft_steps": 2, "dpo_steps": 2}, format="json")
        assert answer.status_code == 201
        sweep_rounds()
    finally:
        services.valkey.start()
        services.valkey.wait_ready(seconds=30)
    start_worker()
    started = Round.objects.get(pk=answer.json()["id"])
    assert started.state == RoundState.QUEUED

    # The schedule sweeps every 15 seconds: a message that still met the old connection is made good by the next one.
    def is_ended_after_a_sweep() -> bool:
        sweep_rounds()
        time.sleep(2)
        return state_of(started) in ENDED

    wait_until(is_ended_after_a_sweep, seconds=60)
    assert state_of(started) == RoundState.DEPLOYED
