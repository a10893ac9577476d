"""Scores a checkpoint on held-out objects: ``python -m trainers.evaluate RUN_FOLDER``; writes ``report.json``.

The truth of an object is its accepted shape. Generated and true mesh are both centred and scaled by their bounding
boxes to [-1, 1]; no ICP follows, since both live in the object frame with its fixed up and front.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch

from contracts.dataset import Example
from contracts.digests import sha256_hex
from contracts.training import REPORT_NAME, EvaluationAsk, EvaluationReport, ObjectScore
from networks.meshing import mesh_from_logits
from networks.pipeline import GeometryPipeline, join_streams
from trainers.checkpoints import CheckpointError, read_checkpoint, write_whole
from trainers.data.examples import VOXELS_FOLDER, SampleReader
from trainers.data.preferences import Dataset, DatasetError, read_dataset
from trainers.data.voxels import MeshError, Normalised, VoxelCache, load_glb, normalise, voxelise
from trainers.evaluation.metrics import (
    F1_THRESHOLD,
    WORST_DISTANCE,
    f1_score,
    sample_surface,
    two_way_chamfer,
    voxel_iou,
)
from trainers.run_folder import RunFolder, say

VOXEL_RESOLUTION = 64
SURFACE_POINTS = 20_000
OBJECTS_AT_ONCE = 8


class Truth:
    """One held-out object's accepted mesh, ready to compare with."""

    def __init__(self, content: bytes, cache: VoxelCache) -> None:
        mesh = load_glb(content)
        self.occupancy = cache.solid(content, VOXEL_RESOLUTION).occupancy_RRR
        self.points = 2 * sample_surface(mesh.vertices_V3, mesh.faces_F3, SURFACE_POINTS, seed=0)

    def scores(self, mesh: Normalised | None) -> tuple[float, float, float]:
        """Return voxel IoU, F1 and Chamfer of a generated mesh; the worst of each for none."""
        if mesh is None:
            return 0.0, 0.0, WORST_DISTANCE
        try:
            occupancy = voxelise(mesh.vertices_V3, mesh.faces_F3, VOXEL_RESOLUTION)
        except MeshError:
            return 0.0, 0.0, WORST_DISTANCE
        points = 2 * sample_surface(mesh.vertices_V3, mesh.faces_F3, SURFACE_POINTS, seed=1)
        f1 = f1_score(points, self.points, F1_THRESHOLD)
        return voxel_iou(occupancy, self.occupancy), f1, two_way_chamfer(points, self.points)


def evaluate(run: RunFolder, ask: EvaluationAsk) -> EvaluationReport:
    """Generate ``n_seeds`` shapes for each held-out object, score them and return the report."""
    dataset = read_dataset(run.resolve(ask.dataset_folder), split="heldout")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    card, networks = read_checkpoint(run.resolve(ask.checkpoint_folder), device)
    pipeline, reader = GeometryPipeline(networks, device), SampleReader(dataset, networks)
    cache = VoxelCache(dataset.folder / VOXELS_FOLDER)
    # One score an object: of several accepted shapes the last stands, and an artist's mesh before any choice.
    by_rank = sorted(dataset.examples, key=lambda example: example.kind == "Art-3DO")
    examples = list({example.target_id: example for example in by_rank}.values())
    scores: list[ObjectScore] = []
    started = time.monotonic()
    for first in range(0, len(examples), OBJECTS_AT_ONCE):
        some = examples[first : first + OBJECTS_AT_ONCE]
        streams = join_streams([reader.streams(e.photo_sha256, e.mask_sha256) for e in some])
        answers: list[list[Normalised | None]] = [[] for _ in some]
        for seed in range(ask.seed, ask.seed + ask.n_seeds):
            logits_BXYZ, _ = pipeline.predict(streams, [seed] * len(some), ask.steps, ask.guidance)
            for answer, logits_XYZ in zip(answers, logits_BXYZ, strict=True):
                mesh = mesh_from_logits(logits_XYZ, smoothing=2)
                answer.append(None if mesh is None else normalise(mesh.vertices_V3, mesh.faces_F3))
        scores += [_score(example, dataset, cache, answer) for example, answer in zip(some, answers, strict=True)]
        say(f"{len(scores)} of {len(examples)} objects, {time.monotonic() - started:.0f} s")
    return EvaluationReport(
        checkpoint_sha256=card.checkpoint_sha256,
        dataset_sha256=dataset.dataset_sha256,
        seed=ask.seed,
        n_seeds=ask.n_seeds,
        steps=ask.steps,
        guidance=ask.guidance,
        scores=scores,
    )


def _score(example: Example, dataset: Dataset, cache: VoxelCache, answers: list[Normalised | None]) -> ObjectScore:
    try:
        truth = Truth(dataset.blob(example.glb_sha256), cache)
    except MeshError as error:
        raise DatasetError(f"the accepted shape of target {example.target_id}: {error}") from error
    iou, f1, chamfer = np.mean([truth.scores(mesh) for mesh in answers], axis=0).tolist()
    return ObjectScore(
        target_id=example.target_id, voxel_iou=iou, f1=f1, chamfer=chamfer, is_simulated=example.is_simulated
    )


def main() -> None:
    """Evaluate what ``run.json`` asks for. Exit 0 when the report stands, 1 with a reason."""
    if len(sys.argv) != 2:
        say("usage: python -m trainers.evaluate RUN_FOLDER")
        sys.exit(2)
    run = RunFolder(Path(sys.argv[1]).resolve())
    try:
        content = run.read_ask()
        ask = EvaluationAsk.model_validate_json(content)
        say(f"evaluation {sha256_hex(content)[:12]}")
        report = evaluate(run, ask)
        write_whole(run.path / REPORT_NAME, report.model_dump_json(indent=2).encode())
    except (DatasetError, CheckpointError, ValueError, OSError) as error:
        say(f"evaluation failed: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
