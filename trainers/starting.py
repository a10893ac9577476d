"""How pre- and mid-training start and end: the command line, what the run folder remembers, and its checkpoints."""

import argparse
import copy
import dataclasses
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from contracts.training import CARD_NAME, RUN_NAME
from networks.pipeline import Networks
from trainers.checkpoints import CheckpointError, read_card, write_checkpoint, write_whole
from trainers.metrics_log import MetricsLog
from trainers.phase import Phase, Settings, Workplace
from trainers.precision import use_fast_products
from trainers.recipes import Recipe, recipe_named
from trainers.run_folder import RunFolder
from trainers.stage import TrainingError, reported_exit
from trainers.training_data import Sources
from trainers.world import World, enter_world

BaseStage = Literal["pretrain", "midtrain"]
BEST_FOLDER = "best"
CONSTANTS_NAME = "constants.pt"
CONSTANTS = ("latent_mean_C", "latent_std_C", "layout_shift_3", "layout_unit_1", "rotation_mean_6", "rotation_std_6")
"""Measured on the first views, and saved with the weights of the geometry network."""


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add what both stages understand."""
    parser.add_argument("folder", type=Path, help="the run folder; the same one goes on where it was left")
    parser.add_argument("--recipe", default="debug")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pack", type=Path, help="a pack of real assets for training")
    parser.add_argument("--shapes", type=int, help="overrides the recipe's number of shapes")
    parser.add_argument("--views", type=int, help="overrides the recipe's views of each shape")
    parser.add_argument("--batch", type=int, help="overrides the recipe's batch of the flow, over all processes")
    parser.add_argument("--minutes", type=float, help="stop cleanly after so long, data included; exit 143")
    parser.add_argument("--cache", type=Path, help="keep rendered views in this folder for the next start")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="CPU processes that grow shapes")
    parser.add_argument("--accumulate", type=int, default=1, help="micro-batches of each process and step")
    parser.add_argument("--parallel", choices=("ddp", "fsdp"), default="ddp", help="with several processes")
    parser.add_argument("--shared-data", action="store_true", help="all processes hold the same views")
    parser.add_argument("--compile", action="store_true", help="compile blocks and conditioner")
    parser.add_argument("--float32", action="store_true", help="no bfloat16 on a GPU")
    parser.add_argument("--report-every", type=int, help="overrides the recipe's steps between lines")
    parser.add_argument("--save-every", type=int, help="overrides the recipe's steps between states")
    parser.add_argument("--half", action="store_true", help="write the weights in half precision")


@dataclass(frozen=True)
class Start:
    """One start of a run: what to learn, where, and from what."""

    recipe: Recipe
    place: Workplace
    sources: Sources
    is_half: bool = False
    encoder_weights: Path | None = None
    parent_sha256: str | None = None

    @property
    def shares(self) -> int:
        """How many processes hold views of their own."""
        return 1 if self.sources.is_shared else self.place.world.size

    def constants(self, networks: Networks, measure: Callable[[], None]) -> None:
        """``measure`` the constants of ``networks.geometry`` at the first start; take the same ones at later starts."""
        state = self.place.run.load_state(CONSTANTS_NAME)
        buffers = {name: getattr(networks.geometry, name) for name in CONSTANTS}
        if state is None:
            measure()
            self.place.run.save_state(buffers, CONSTANTS_NAME)
            return
        for name, buffer in buffers.items():
            buffer.copy_(state[name])

    def publish(self, stage: BaseStage, networks: Networks, steps: int, metrics: Mapping[str, float]) -> None:
        """Write the run's checkpoint. Raises OSError."""
        self._write(self.place.run.checkpoint, stage, networks, steps, metrics)
        self.place.log.close()
        self.place.world.wait()

    def keeper(self, stage: BaseStage, networks: Networks, phase: Phase) -> Callable[[float, int], None]:
        """Return what keeps the weights of ``networks`` under ``best/`` when their score is the best of the run."""
        folder = self.place.run.path / BEST_FOLDER
        best = -1.0
        # There may be none yet, or one that a kill cut short.
        with suppress(CheckpointError, KeyError):
            best = read_card(folder).metrics["heldout_iou"]

        def keep(score: float, step: int) -> None:
            nonlocal best
            if score > best:
                best = score
                # Without its card a folder is no checkpoint: half of the old one and half of the new must not be one.
                (folder / CARD_NAME).unlink(missing_ok=True)
                self._write(folder, stage, networks, phase.first_step + step, {"heldout_iou": score})

        return keep

    def _write(
        self, folder: Path, stage: BaseStage, networks: Networks, steps: int, metrics: Mapping[str, float]
    ) -> None:
        if not self.place.world.is_writer:
            return
        write_checkpoint(
            folder,
            halved(networks) if self.is_half else networks,
            stage=stage,
            recipe=self.recipe.name,
            seed=self.sources.seed,
            steps=steps,
            parent_sha256=self.parent_sha256,
            metrics=metrics,
        )


def halved(networks: Networks) -> Networks:
    """Return a copy in half precision. Rounding costs nothing that a sample shows; loading gives float32 again."""
    return Networks(networks.config, copy.deepcopy(networks.geometry).half(), copy.deepcopy(networks.vae).half())


def work(stage: BaseStage, given: argparse.Namespace, recipe: Recipe, train: Callable[[Start], None]) -> None:
    """Run ``train`` on the run folder of the command line; exit 0 when done, 143 when stopped, 1 with a reason."""
    started = time.monotonic()
    world = enter_world()
    run = RunFolder(given.folder.resolve(), is_writer=world.is_writer)
    with reported_exit(stage, run, world):
        run.path.mkdir(parents=True, exist_ok=True)
        start = start_from(stage, given, recipe, run, world, started)
        train(start)


def start_from(
    stage: BaseStage, given: argparse.Namespace, recipe: Recipe, run: RunFolder, world: World, started: float
) -> Start:
    """Return the start that the command line asks for. Raises TrainingError when the folder is of another run."""
    use_fast_products()
    parts = recipe.pretrain if stage == "pretrain" else recipe.midtrain
    sources = Sources(
        seed=given.seed,
        pack=given.pack,
        cache=given.cache,
        is_shared=given.shared_data,
        processes=max(1, given.processes // int(os.environ.get("LOCAL_WORLD_SIZE", "1"))),
    )
    encoder_weights = getattr(given, "encoder_weights", None)
    remember(
        run,
        {
            "stage": stage,
            "recipe": recipe.name,
            "configuration": dataclasses.asdict(parts),
            "seed": given.seed,
            "pack": None if given.pack is None else given.pack.name,
            "encoder_weights": None if encoder_weights is None else encoder_weights.name,
            "shares": 1 if given.shared_data else world.size,
        },
    )
    settings = Settings(
        accumulate=given.accumulate,
        kind=given.parallel,
        is_compiled=given.compile,
        is_lowered=world.device.type == "cuda" and not given.float32,
        report_every=parts.report_every,
        deadline=None if given.minutes is None else started + given.minutes * 60,
    )
    place = Workplace(run, world, MetricsLog(run.path, is_writer=world.is_writer), settings)
    return Start(recipe, place, sources, is_half=given.half, encoder_weights=encoder_weights)


def remember(run: RunFolder, ask: Mapping[str, Any]) -> None:
    """Write ``run.json`` at the first start; at a later one raise TrainingError when it says anything else."""
    text = json.dumps(ask, indent=2, sort_keys=True)
    path = run.path / RUN_NAME
    if not path.exists():
        if run.is_writer:
            write_whole(path, text.encode() + b"\n")
        return
    before, now = json.loads(path.read_text()), json.loads(text)
    different = sorted(_differences(before, now))
    if different:
        raise TrainingError(f"this folder was started otherwise: {', '.join(different)}; take a new one")


def _differences(a: Any, b: Any, name: str = "") -> list[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        return [
            found
            for key in a.keys() | b.keys()
            for found in _differences(a.get(key), b.get(key), f"{name}.{key}" if name else str(key))
        ]
    return [] if a == b else [f"{name} {a!r} is now {b!r}"]


def named_recipe(name: str) -> Recipe:
    """Return a recipe. Exits the command line's way for an unknown one."""
    try:
        return recipe_named(name)
    except ValueError as error:
        raise SystemExit(str(error)) from error


def chosen(**values: Any) -> dict[str, Any]:
    """Return what was given on the command line: the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
