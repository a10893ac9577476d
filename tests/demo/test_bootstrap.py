"""The first command on a machine that is not ready says what is missing, before anything long begins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.demo import bootstrap

PROJECT = Path(__file__).resolve().parents[2]


def _run(path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "engine/demo/bootstrap.py"]
    return subprocess.run(
        command,
        cwd=PROJECT,
        env={"PATH": path, "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_without_node_is_told_so() -> None:
    done = _run("/nonexistent")
    assert done.returncode == 1
    assert "Node.js with npm was not found" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_node_is_refused_by_its_version(tmp_path: Path) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho v16.20.2\n")
        program.chmod(0o755)
    done = _run(str(tmp_path))
    assert done.returncode == 1
    assert "v16.20.2" in done.stderr


def test_a_full_disk_is_noticed_before_the_installation() -> None:
    with pytest.raises(bootstrap.SetupError, match="GiB are free"):
        bootstrap.check_disk(2**62)


def test_a_step_is_done_again_only_when_its_inputs_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    lock = tmp_path / "a.lock"
    lock.write_text("one")
    assert not bootstrap.is_done("step", bootstrap.digest([lock]))
    bootstrap.mark_done("step", bootstrap.digest([lock]))
    assert bootstrap.is_done("step", bootstrap.digest([lock]))
    lock.write_text("two")
    assert not bootstrap.is_done("step", bootstrap.digest([lock]))


def test_a_failing_step_shows_what_the_program_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(bootstrap.SetupError, match="no such thing"):
        bootstrap.step("a step", ["sh", "-c", "echo no such thing; exit 3"])
    assert "failed" in capsys.readouterr().out
