"""Trainers are real processes here: they must end with their worker, and never run twice on one folder."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.rounds.launchers import guardian, local
from engine.rounds.launchers.guardian import LOCK_NAME, PROCESS_NAME
from engine.rounds.launchers.local import SubprocessLauncher, SubprocessTrainer
from engine.rounds.run_files import LOG_NAME
from tests.waiting import wait_until

# Appends its pid to pids.txt, saves on SIGTERM as a trainer does, and otherwise runs for a minute.
TRAINER = """
    import os, pathlib, signal, sys, time
    folder = pathlib.Path(sys.argv[1])
    def save(*_):
        (folder / "saved").write_text("yes")
        sys.exit(143)
    if "stubborn" in folder.name:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, save)
    with (folder / "pids.txt").open("a") as pids:
        pids.write(f"{os.getpid()}\\n")
    print("started", flush=True)
    time.sleep(0 if "quick" in folder.name else 60)
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def pids_of(folder: Path) -> list[int]:
    path = folder / "pids.txt"
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SubprocessLauncher:
    package = tmp_path / "code" / "trainers"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "sft.py").write_text(textwrap.dedent(TRAINER))
    monkeypatch.setattr(local, "PROJECT_FOLDER", tmp_path / "code")
    return SubprocessLauncher(grace_seconds=1.0)


@pytest.fixture
def make_folder(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    made: list[Path] = []

    def make(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        made.append(folder)
        return folder

    yield make
    for folder in made:
        for pid in filter(is_alive, pids_of(folder)):
            os.kill(pid, signal.SIGKILL)


def start(launcher: SubprocessLauncher, folder: Path, n_before: int = 0) -> SubprocessTrainer:
    process = launcher.start(program="sft", run_folder=folder)
    wait_until(lambda: len(pids_of(folder)) > n_before)
    return process


def test_a_trainer_that_ends_gives_its_status_and_its_log(launcher: SubprocessLauncher, make_folder) -> None:
    folder = make_folder("quick")
    process = launcher.start(program="sft", run_folder=folder)
    wait_until(lambda: process.poll() is not None)
    assert process.stop() == 0
    assert (folder / LOG_NAME).read_text() == "started\n"


def test_stopping_lets_a_trainer_save_its_state(launcher: SubprocessLauncher, make_folder) -> None:
    folder = make_folder("run")
    process = start(launcher, folder)
    assert process.stop() == 143
    assert (folder / "saved").exists()
    assert not is_alive(pids_of(folder)[0])


def test_a_trainer_that_does_not_save_in_time_is_killed(launcher: SubprocessLauncher, make_folder) -> None:
    folder = make_folder("stubborn")
    process = start(launcher, folder)
    assert process.stop() == 137
    assert not is_alive(pids_of(folder)[0])


def test_a_trainer_ends_when_its_worker_is_killed(launcher: SubprocessLauncher, make_folder, tmp_path: Path) -> None:
    folder = make_folder("run")
    worker = subprocess.Popen([sys.executable, "-c", textwrap.dedent(f"""
        import pathlib, time
        from engine.rounds.launchers import local
        local.PROJECT_FOLDER = pathlib.Path({str(tmp_path / "code")!r})
        local.SubprocessLauncher(grace_seconds=1.0).start(program="sft", run_folder=pathlib.Path({str(folder)!r}))
        time.sleep(60)
    """)], cwd=Path(__file__).resolve().parents[2])  # fmt: skip
    wait_until(lambda: len(pids_of(folder)) == 1)
    worker.kill()
    worker.wait()
    wait_until(lambda: not is_alive(pids_of(folder)[0]))
    assert (folder / "saved").exists()


def test_a_second_trainer_waits_for_the_first_to_end(launcher: SubprocessLauncher, make_folder) -> None:
    folder = make_folder("run")
    first = start(launcher, folder)
    second = launcher.start(program="sft", run_folder=folder)
    wait_until(lambda: len(pids_of(folder)) == 2)
    # The second one's guardian had to end the first: they never ran side by side.
    first_pid, second_pid = pids_of(folder)
    assert not is_alive(first_pid)
    assert is_alive(second_pid)
    assert (folder / "saved").exists()
    assert first.poll() in (None, 143)
    second.stop()
    first.stop()


def test_a_trainer_left_over_by_a_killed_guardian_is_ended_first(launcher: SubprocessLauncher, make_folder) -> None:
    folder = make_folder("run")
    first = start(launcher, folder)
    os.kill(first._process.pid, signal.SIGKILL)
    assert first.stop() == -signal.SIGKILL
    assert is_alive(pids_of(folder)[0])
    second = start(launcher, folder, n_before=1)
    assert not is_alive(pids_of(folder)[0])
    second.stop()


def test_a_process_that_only_shares_the_pid_is_left_alone(make_folder) -> None:
    folder = make_folder("run")
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    (folder / PROCESS_NAME).write_text(json.dumps({"pid": stranger.pid, "started": "1"}))
    (folder / LOCK_NAME).touch()
    guardian._signal_left_over(folder, signal.SIGKILL)
    time.sleep(0.2)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
