"""What a trainer writes is read while it is being written."""

from pathlib import Path

from contracts.training import PROGRESS_NAME, ProgressLine
from engine.rounds.run_files import LOG_NAME, read_log_tail, read_progress, thin_curve


def line(step: int, loss: float = 1.0) -> str:
    return ProgressLine(step=step, n_steps=10, loss=loss, eta_seconds=1).model_dump_json() + "\n"


def test_no_progress_before_the_first_whole_line(tmp_path: Path) -> None:
    assert read_progress(tmp_path) is None
    (tmp_path / PROGRESS_NAME).write_text(line(1)[:20])
    assert read_progress(tmp_path) is None


def test_a_half_written_last_line_is_left_for_later(tmp_path: Path) -> None:
    (tmp_path / PROGRESS_NAME).write_text(line(1) + line(2) + line(3)[:15])
    progress = read_progress(tmp_path)
    assert progress is not None
    assert progress.last.step == 2


def test_a_resumed_run_replaces_the_steps_that_it_repeats(tmp_path: Path) -> None:
    (tmp_path / PROGRESS_NAME).write_text(line(1, 9) + line(2, 8) + line(3, 7) + line(2, 5))
    progress = read_progress(tmp_path)
    assert progress is not None
    assert progress.curve == [(1, 9.0), (2, 5.0)]


def test_a_long_curve_keeps_its_ends() -> None:
    points = [(step, float(step)) for step in range(1, 1001)]
    thinned = thin_curve(points, limit=50)
    assert len(thinned) == 50
    assert (thinned[0], thinned[-1]) == (points[0], points[-1])


def test_the_log_tail_begins_with_a_line_and_has_no_nul(tmp_path: Path) -> None:
    assert read_log_tail(tmp_path) == ""
    (tmp_path / LOG_NAME).write_bytes(b"first line\nsecond\x00 line\nthird line\n")
    assert read_log_tail(tmp_path, characters=20) == "third line\n"
