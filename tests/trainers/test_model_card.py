"""The model card's tables come from the checkpoint and its evaluation, and from no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from networks.weights import state_of
from tests.trainers.folders import write_random_checkpoint
from trainers.checkpoints import read_card, read_checkpoint
from trainers.evaluation.model_card import ENCODER_CREDIT, SHOWN, TITLES, main, put_between, render_facts
from trainers.evaluation.model_card import PAGE as DOCUMENT
from trainers.evaluation.table import cell

PAGE = """# Card

Mine.

<!-- facts: begin -->
stale
<!-- facts: end -->

Mine too.

<!-- figures: begin -->
<!-- figures: end -->
"""
INTERVAL = {"mean": 0.512, "low": 0.49, "high": 0.53, "n": 6}


def table(digest: str, **changes: Any) -> dict[str, Any]:
    one = {"title": "held-out seeds", "n_objects": 6, "n_views": 12, "shape": {"best_of_k": INTERVAL}}
    two = {"title": "held-out assets", "n_objects": 3, "n_views": 3, "baseline": {"retrieval": INTERVAL}}
    return {
        "checkpoint_sha256": digest,
        "sampling": {"n_seeds": 8, "steps": 25, "guidance": 3.0},
        "sets": {"seeds": one, "assets": two},
        "command": "python -m trainers.evaluation CHECKPOINT",
        "note": "All synthetic.",
        **changes,
    }


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    write_random_checkpoint(tmp_path / "checkpoint")
    return tmp_path / "checkpoint"


def write(folder: Path, checkpoint: Path, page: str, **changes: Any) -> tuple[int, str]:
    (folder / "card.md").write_text(page)
    (folder / "table.json").write_text(json.dumps(table(read_card(checkpoint).checkpoint_sha256, **changes)))
    status = main([str(checkpoint), str(folder / "table.json"), "--page", str(folder / "card.md")])
    return status, (folder / "card.md").read_text()


def test_the_page_gets_facts_and_figures_and_keeps_its_own_words(tmp_path: Path, checkpoint: Path) -> None:
    status, page = write(tmp_path, checkpoint, PAGE)
    assert status == 0
    assert "Mine." in page
    assert "Mine too." in page
    assert "stale" not in page
    assert read_card(checkpoint).checkpoint_sha256 in page
    n = sum(value.numel() for value in state_of(read_checkpoint(checkpoint)[1]).values())
    assert f"{n / 1e6:.1f} million numbers" in page
    assert f"| model, best of 8 (a perfect chooser) | {cell(INTERVAL)} | - |" in page
    assert f"| retrieval from the training set | - | {cell(INTERVAL)} |" in page
    assert "Chamfer" not in page, "a row without any figure"
    assert "25 steps, guidance 3;" in page
    assert write(tmp_path, checkpoint, page) == (0, page)


def test_a_frozen_encoder_of_others_is_credited(checkpoint: Path) -> None:
    card = read_card(checkpoint)
    assert ENCODER_CREDIT not in render_facts(card, 1)
    frozen = card.model_copy(update={"network": {**card.network, "encoder": "efficientnet"}})
    assert ENCODER_CREDIT in render_facts(frozen, 1)


def test_the_page_in_the_repository_can_be_filled(tmp_path: Path, checkpoint: Path) -> None:
    status, page = write(tmp_path, checkpoint, DOCUMENT.read_text())
    assert status == 0
    assert page.count("## How good it is") == 1


def test_a_table_of_another_checkpoint_is_refused_and_the_page_stays(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write(tmp_path, checkpoint, PAGE, checkpoint_sha256="0" * 64) == (1, PAGE)
    assert "not of" in "".join(capsys.readouterr())


@pytest.mark.parametrize("page", ["", "<!-- facts: end --><!-- facts: begin -->", "<!-- facts: begin -->"])
def test_a_page_without_both_marks_in_order_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="facts: begin"):
        put_between(page, "facts", "text")


def test_every_row_of_the_card_is_a_row_of_the_table() -> None:
    assert set(SHOWN) <= TITLES.keys()
