"""Brings synthetic photos with a hidden truth into the platform, through the services that take people's uploads."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from engine.candidates.services.requests import request_candidates
from engine.core.environment import PROJECT_FOLDER
from engine.core.storage import blob_store
from engine.demo.models import HiddenTruth
from engine.photos.models import TargetObject
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target

TARGETS_NAME = "targets.jsonl"


class SyntheticTargetsError(Exception):
    """The program that renders the photos failed, with the end of what it said."""


def render_targets(*, folder: Path, count: int, seed: int, families: Sequence[str] = ()) -> Path:
    """Render ``count`` photos in a process of its own (it needs torch) and return the folder.

    ``families`` take turns; without any, those that the base checkpoint learnt.
    """
    python = settings.ENVIRONMENT.trainer_python or sys.executable
    command = [python, "-m", "trainers.data.make_targets", str(folder), "--count", str(count), "--seed", str(seed)]
    command += ["--families", ",".join(families)] if families else []
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
    done = subprocess.run(command, cwd=PROJECT_FOLDER, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SyntheticTargetsError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return folder


def import_targets(*, folder: Path) -> list[TargetObject]:
    """Store the photos, masks and hidden truths of ``folder`` and ask for candidates. Again: the same rows."""
    targets = []
    for text in (folder / TARGETS_NAME).read_text().splitlines():
        line = json.loads(text)
        photo, _ = create_photo(
            content=(folder / line["photo"]).read_bytes(), name=line["photo"], is_simulated=True,
            credit="Rendered by trainers.data.make_targets",
        )  # fmt: skip
        target, _ = create_target(
            photo=photo, mask_png=(folder / line["mask"]).read_bytes(), name=line["name"], is_simulated=True
        )
        truth_sha256 = blob_store().put((folder / line["truth"]).read_bytes(), content_type="model/gltf-binary")
        HiddenTruth.objects.get_or_create(
            target=target, defaults={"glb_sha256": truth_sha256, "family": line["family"]}
        )
        request_candidates(target=target)
        targets.append(target)
    return targets
