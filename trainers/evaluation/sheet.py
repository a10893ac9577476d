"""A sheet to look at: each row is a picture, the answer from four sides, and the truth from the same four sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from networks.colouring import colour_vertices
from networks.frames import PoseTensors
from networks.meshing import Mesh, mesh_from_logits
from networks.previews import render_preview
from trainers.data.shapes import TrainingShape
from trainers.data.views import ViewSet
from trainers.evaluation.heldout_sets import OCCLUDED, UNCOVERED, HeldoutSet, spread
from trainers.evaluation.placement import turned_about_y
from trainers.evaluation.predictions import Predictions
from trainers.evaluation.suite import CheckpointScores, SetScores

TILE = 128
GAP, MARGIN, HEADER, SECTION, LABEL = 6, 12, 60, 32, 116
SIDES = (0.0, 90.0, 180.0, 270.0)
"""Turns of the object before the camera of the previews, in degrees; the first shows its front."""
PAPER, INK, FAINT, OUTLINE = (250, 250, 248), (30, 30, 30), (120, 120, 120), (255, 80, 0)
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Row:
    """One line of the sheet; pictures are (TILE, TILE, 3). A ``section`` that differs from the one above is a head."""

    section: str
    label: Sequence[str]
    photo: Bytes
    answer: Sequence[Bytes]
    truth: Sequence[Bytes]


def write_sheet(path: Path, sets: Sequence[HeldoutSet], scores: CheckpointScores, *, n_rows: int, title: str) -> None:
    """Write a PNG of ``n_rows`` views, spread over the sets and over each set's objects."""
    rows = []
    for heldout, count in zip(sets, _shares(n_rows, len(sets)), strict=True):
        for number in spread(range(len(heldout.shapes)), count):
            view = _telling_view(scores, heldout, number)
            rows.append(_row(heldout, scores.predictions[heldout.name], scores.sets[heldout.name], view))
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_sheet(rows, title).save(path)


def draw_sheet(rows: Sequence[Row], title: str) -> Image.Image:
    """Return the sheet: title, column heads, and a line a row; rows of one section stand together."""
    group = len(SIDES) * (TILE + GAP)
    left = [MARGIN + LABEL, MARGIN + LABEL + TILE + 3 * GAP, MARGIN + LABEL + TILE + 6 * GAP + group]
    n_sections = len({row.section for row in rows})
    height = HEADER + n_sections * SECTION + len(rows) * (TILE + GAP) + MARGIN
    size = (left[2] + group - GAP + MARGIN, height)
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), title, INK, ImageFont.load_default(17))
    small, top, section = ImageFont.load_default(13), HEADER, ""
    for x, head in zip(
        left, ("picture", "answer, first seed: front, then turned", "truth, the same sides"), strict=True
    ):
        draw.text((x, HEADER - 20), head, FAINT, small)
    for row in rows:
        if row.section != section:
            section = row.section
            draw.line((MARGIN, top + 2, size[0] - MARGIN, top + 2), FAINT)
            draw.text((MARGIN, top + 7), section, INK, ImageFont.load_default(14))
            top += SECTION
        for line, text in enumerate(row.label):
            draw.text((MARGIN, top + 4 + 17 * line), text, INK if line == 0 else FAINT, small)
        sheet.paste(Image.fromarray(row.photo), (left[0], top))
        for start, pictures in zip(left[1:], (row.answer, row.truth), strict=True):
            for place, picture in enumerate(pictures):
                sheet.paste(Image.fromarray(picture), (start + place * (TILE + GAP), top))
        top += TILE + GAP
    return sheet


def _telling_view(scores: CheckpointScores, heldout: HeldoutSet, number: int) -> int:
    """Return the view of an object that is hidden most, in pictures with and without the occluders the same one."""
    name = OCCLUDED if heldout.name == UNCOVERED and OCCLUDED in scores.sets else heldout.name
    a = heldout.views.views_a_shape
    return number * a + int(scores.sets[name].visible_N[number * a : (number + 1) * a].argmin())


def _row(heldout: HeldoutSet, predictions: Predictions, scores: SetScores, view: int) -> Row:
    shape, figures = heldout.shapes[view // heldout.views.views_a_shape], scores.figures["shape"]
    name = shape.key.split(":")[-1].split("/")[-1] if shape.key.startswith("asset:") else shape.category
    label = [
        name[:16],
        f"IoU {figures['one_sample'][view]:.2f}",
        f"best of {predictions.n_seeds} {figures['best_of_k'][view]:.2f}",
    ]
    if scores.visible_N[view] < 0.995:
        label.append(f"visible {scores.visible_N[view]:.0%}")
    return Row(
        heldout.title, label, _photo(heldout.views, view), _answer(heldout.views, predictions, view), _truth(shape)
    )


def _photo(views: ViewSet, view: int) -> Bytes:
    """Return the full picture with the mask's outline."""
    image = views.images_N8HW[view, 4:].float().cpu()[None] / 255
    large = torch.nn.functional.interpolate(image, (TILE, TILE), mode="bilinear", align_corners=False)[0]
    mask = large[3:] > 0.5
    inner = torch.nn.functional.max_pool2d(1.0 - mask[None].float(), 3, 1, 1)[0] < 0.5
    edge = (mask & ~inner).permute(1, 2, 0).numpy()
    picture = (large[:3].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    return np.where(edge, np.array(OUTLINE, dtype=np.uint8), picture)


def _answer(views: ViewSet, predictions: Predictions, view: int) -> list[Bytes]:
    solid = predictions.occupancy(slice(view, view + 1))[0, 0].cpu().numpy()
    mesh = mesh_from_logits(np.where(solid, 4.0, -4.0).astype(np.float32), smoothing=2)
    if mesh is None:
        return [np.full((TILE, TILE, 3), PAPER, dtype=np.uint8)] * len(SIDES)
    row = view * predictions.n_seeds
    pose = PoseTensors(*(part[row : row + 1].float() for part in predictions.poses))
    full = views.images_N8HW[view, 4:].cpu().numpy()
    photo, mask = np.ascontiguousarray(full[:3].transpose(1, 2, 0)), full[3] > 127
    if not mask.any():
        return _from_sides(mesh, np.full(mesh.vertices_V3.shape, 160, dtype=np.uint8))
    return _from_sides(mesh, colour_vertices(mesh, pose, photo, mask))


def _truth(shape: TrainingShape) -> list[Bytes]:
    mesh = Mesh(shape.mesh.vertices_V3, shape.mesh.faces_F3.astype(np.int32))
    return _from_sides(mesh, (shape.mesh.colours_V3 * 255).round().astype(np.uint8))


def _from_sides(mesh: Mesh, colours_V3: Bytes) -> list[Bytes]:
    pictures = []
    for degrees in SIDES:
        turned = mesh.vertices_V3 @ turned_about_y(degrees).numpy()
        picture = render_preview(Mesh(turned.astype(np.float32), mesh.faces_F3), colours_V3, TILE).astype(np.float64)
        cover = picture[..., 3:] / 255
        pictures.append((picture[..., :3] * cover + np.array(PAPER) * (1 - cover)).round().astype(np.uint8))
    return pictures


def _shares(total: int, parts: int) -> list[int]:
    return [total // parts + (k < total % parts) for k in range(parts)]
