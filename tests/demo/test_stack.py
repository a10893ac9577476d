"""The launcher's refusals and its end: one clear message each, and no process left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.demo.stack.commands import stack_environment
from engine.demo.stack.launcher import Stack
from engine.demo.stack.ports import find_free, is_free
from engine.demo.stack.process import ManagedProcess, StackError
from engine.demo.stack.settings import StackSettings, load_secrets


def _settings(folder: Path) -> StackSettings:
    return StackSettings(data_folder=folder).with_free_ports()


def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    stack = Stack(settings=settings, say=lambda _line: None)
    refusal = pytest.raises(StackError, match=rf"{settings.web_port} \(FLYWHEEL_WEB_PORT\)")
    with socket.create_server(("127.0.0.1", settings.web_port)), refusal:
        stack.start()


def test_a_second_launcher_on_the_same_folder_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    first, second = (Stack(settings=_settings(tmp_path), say=lambda _line: None) for _ in range(2))
    first._lock()
    state = tmp_path / "stack.json"
    state.write_text("{}")
    with pytest.raises(StackError, match=f"process {os.getpid()}"), second:
        pass
    assert state.exists()
    first.stop()
    second._lock()
    second.stop()


def test_a_full_disk_is_refused_with_the_folder_and_the_remedy(tmp_path: Path) -> None:
    stack = Stack(settings=_settings(tmp_path), say=lambda _line: None, minimum_free_bytes=2**62)
    with pytest.raises(StackError, match="FLYWHEEL_DATA_FOLDER"):
        stack.start()


def test_a_port_out_of_range_is_a_message_and_not_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine.demo.stack", "demo", "--data-folder", str(tmp_path)],
        env={**os.environ, "FLYWHEEL_WEB_PORT": "70000"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "FLYWHEEL_WEB_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    made = load_secrets(tmp_path)
    assert load_secrets(tmp_path) == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_stopping_a_process_ends_its_children_too(tmp_path: Path) -> None:
    process = ManagedProcess(
        name="family", command=["sh", "-c", "sleep 300 & sleep 300"], environment=dict(os.environ),
        log_path=tmp_path / "log",
    )  # fmt: skip
    process.start()
    time.sleep(0.3)
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    process.stop(seconds=1)
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert all(child.status() == psutil.STATUS_ZOMBIE for child in alive)


def test_servers_end_when_their_launcher_is_killed_hard(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from engine.demo.stack.process import ManagedProcess;"
        "p = ManagedProcess(name='s', command=['sleep', '300'], environment=dict(os.environ),"
        f"log_path=Path({str(tmp_path / 'log')!r})); p.start(); print(p.pid, flush=True); time.sleep(300)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    server = psutil.Process(int(launcher.stdout.readline()))
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    launcher.stdout.close()
    gone, _alive = psutil.wait_procs([server], timeout=5)
    assert gone or server.status() == psutil.STATUS_ZOMBIE


def test_a_program_that_ends_while_starting_shows_the_end_of_its_log(tmp_path: Path) -> None:
    process = ManagedProcess(
        name="broken", command=["sh", "-c", "echo cannot read the map; exit 1"], environment=dict(os.environ),
        log_path=tmp_path / "log", is_ready=lambda: False,
    )  # fmt: skip
    process.start()
    with pytest.raises(StackError, match="cannot read the map"):
        process.wait_ready(seconds=5)
    process.stop()


def test_free_ports_are_free() -> None:
    assert all(is_free(port) for port in find_free(5))


@pytest.mark.parametrize(("shipped", "suite"), [("base", {"network": 8, "retrieval": 4}), ("small", None)])
def test_the_base_checkpoint_proposes_eight_and_the_quick_one_what_is_usual(
    shipped: str, suite: dict[str, int] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLYWHEEL_GENERATORS", raising=False)
    settings = StackSettings(data_folder=tmp_path, seed_checkpoint=shipped)

    def generators() -> object:
        secrets = load_secrets(tmp_path)
        told = stack_environment(settings=settings, secrets=secrets, database_url="postgresql://x").get
        chosen = told("FLYWHEEL_GENERATORS")
        return json.loads(chosen) if chosen else None

    assert generators() == suite
    monkeypatch.setenv("FLYWHEEL_GENERATORS", '{"fake": 1}')
    assert generators() == {"fake": 1}
