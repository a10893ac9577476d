"""The contact sheet shows what training would see, made by one command."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainers.pasted_shapes import as_shape, simple_meshes
from trainers.data.backgrounds import drawn_backgrounds
from trainers.data.contact_sheet import CAPTION, draw_sheet, main


def test_a_sheet_has_a_cell_for_each_shape_with_an_outline() -> None:
    shapes = [as_shape(mesh, i) for i, mesh in enumerate(simple_meshes())]
    sheet = draw_sheet(shapes, drawn_backgrounds(3, 48, 0), columns=3, side=64, size=64, seed=0)
    assert sheet.size == (3 * 64, 2 * (64 + CAPTION))
    pixels = np.asarray(sheet).astype(int)
    for index in range(4):
        left, top = index % 3 * 64, index // 3 * (64 + CAPTION)
        cell = pixels[top : top + 64, left : left + 64]
        outlined = (cell[..., 0] == 255) & (cell[..., 1] == 26) & (cell[..., 2] == 26)
        assert outlined.sum() > 10
        caption = pixels[top + 64 : top + 64 + CAPTION, left : left + 64]
        assert (caption < 128).any()
    assert (pixels[64 + CAPTION : 2 * 64 + CAPTION, 64:] == 255).all()


def test_one_command_writes_the_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sheet.png"
    assert main([str(out), "--n", "2", "--columns", "2", "--side", "40", "--size", "24"]) == 0
    with Image.open(out) as sheet:
        assert sheet.size == (80, 40 + CAPTION)
    assert "drawn" in capsys.readouterr().err


def test_a_file_without_backgrounds_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "sheet.png"), "--backgrounds", str(tmp_path / "none.safetensors")]) == 1
    assert "none.safetensors" in capsys.readouterr().err
    assert not (tmp_path / "sheet.png").exists()
