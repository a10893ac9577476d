"""Small real inputs of the stages: a dataset folder of procedural targets, a checkpoint of random weights, a run."""

import dataclasses
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from contracts.dataset import DatasetManifest, Example, PairExample
from contracts.digests import canonical_json, sha256_hex, sha256_of_json
from networks.pipeline import build_networks, debug_config
from trainers.checkpoints import write_checkpoint
from trainers.data.make_targets import make_target

REPOSITORY = Path(__file__).parents[2]


def write_dataset(folder: Path, *, split: str = "train", n: int = 4, is_loser_own: bool = True) -> str:
    """Write ``n`` examples (every second without a pose) and ``n`` pairs; return the dataset's digest."""
    (folder / "blobs").mkdir(parents=True)

    def put(content: bytes) -> str:
        (folder / "blobs" / sha256_hex(content)).write_bytes(content)
        return sha256_hex(content)

    examples, pairs = [], []
    for index, family in enumerate(("mug", "sofa", "car", "bottle", "vase", "lamp")[:n]):
        target = make_target(family, 1_000_000 + index, 64, [])
        photo, mask = io.BytesIO(), io.BytesIO()
        Image.fromarray(target.photo_HW3).save(photo, "PNG")
        Image.fromarray(target.mask_HW.astype(np.uint8) * 255).save(mask, "PNG")
        photo_sha256, mask_sha256 = put(photo.getvalue()), put(mask.getvalue())
        truth = put(target.truth.mesh.to_glb())
        loser = put(make_target(family, 2_000_000 + index, 64, []).truth.mesh.to_glb())
        examples.append(
            Example(
                record_id=index,
                kind="MITL-3DO",
                target_id=index,
                photo_sha256=photo_sha256,
                mask_sha256=mask_sha256,
                glb_sha256=truth,
                pose=target.pose if index % 2 == 0 else None,
                rating=0.8,
                is_simulated=True,
            )
        )
        pairs.append(
            PairExample(
                pair_id=index,
                target_id=index,
                photo_sha256=photo_sha256,
                mask_sha256=mask_sha256,
                winner_glb_sha256=truth,
                winner_pose=None,
                loser_glb_sha256=loser,
                loser_pose=None,
                is_loser_own=is_loser_own,
                is_simulated=True,
            )
        )
    contents = {
        "examples": b"".join(line.model_dump_json().encode() + b"\n" for line in examples),
        "pairs": b"".join(line.model_dump_json().encode() + b"\n" for line in pairs),
    }
    for name, content in contents.items():
        (folder / f"{name}.jsonl").write_bytes(content)
    manifest = {
        "format": 1,
        "split": split,
        "alpha": 0.5,
        "n_examples": n,
        "n_pairs": n,
        "n_simulated_examples": n,
        "n_simulated_pairs": n,
        **{f"{name}_sha256": sha256_hex(content) for name, content in contents.items()},
    }
    DatasetManifest.model_validate(manifest)
    (folder / "manifest.json").write_bytes(canonical_json(manifest))
    return sha256_of_json(manifest)


def write_random_checkpoint(folder: Path) -> str:
    """Write a checkpoint of the smallest network that the code allows; return its digest."""
    config = dataclasses.replace(debug_config(), image_size=32, encoder_layers=1, layers=1, token_patch=4)
    torch.manual_seed(3)
    networks = build_networks(config)
    # Fresh output layers are zero, and a DPO margin of zero would prove nothing.
    for parameter in networks.geometry.parameters():
        torch.nn.init.normal_(parameter, std=0.05) if parameter.abs().sum() == 0 else None
    return write_checkpoint(folder, networks, stage="pretrain", recipe="debug", seed=3, steps=0).checkpoint_sha256


def write_run(
    folder: Path,
    stage: str,
    dataset: Path,
    dataset_sha256: str,
    checkpoint: Path,
    *,
    steps: int,
    rate_factor: float = 1.0,
) -> None:
    """Write ``run.json``."""
    folder.mkdir(parents=True)
    ask = {
        "stage": stage,
        "recipe": "debug",
        "dataset_folder": str(dataset),
        "initial_checkpoint_folder": str(checkpoint),
        "dataset_sha256": dataset_sha256,
        "seed": 7,
        "steps": steps,
        "rate_factor": rate_factor,
    }
    (folder / "run.json").write_text(json.dumps(ask))


def start(stage: str, run: Path, *, launcher: tuple[str, ...] = ("-m",)) -> subprocess.Popen[str]:
    """Start a stage as the engine does, on one thread."""
    return subprocess.Popen(
        [sys.executable, *launcher, f"trainers.{stage}", str(run)],
        cwd=REPOSITORY,
        env={"OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin", "HOME": str(run)},
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], timeout: float = 240) -> tuple[int, str]:
    """Wait for a stage; return its exit status and its log."""
    _, log = process.communicate(timeout=timeout)
    return process.returncode, log


def progress(run: Path) -> list[dict[str, object]]:
    """Return the whole lines of ``progress.jsonl``."""
    path = run / "progress.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
