"""What the stages share around their loops: the start from ``run.json``, the end of a step, and the exit status."""

import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from contracts.checkpoint import CheckpointCard
from contracts.training import TrainingAsk
from networks.pipeline import Networks
from trainers.checkpoints import CheckpointError, write_checkpoint
from trainers.data.preferences import DatasetError
from trainers.learner import DivergedError, Learner
from trainers.run_folder import EXIT_STOPPED, RunFolder, StopRequest, say
from trainers.world import World, enter_world, leave_world


class TrainingError(ValueError):
    """The run cannot go on; the text says why and is what the person who started it reads."""


class Stopped(Exception):
    """The run was asked to stop and has saved its state."""


class Stepper:
    """Walks the steps of a run: resumes, reports, saves now and then, and stops when asked."""

    def __init__(self, run: RunFolder, world: World, learner: Learner, *, n_steps: int, save_every: int) -> None:
        self._run, self._world, self._learner = run, world, learner
        self._n_steps, self._save_every = n_steps, save_every
        self._stop = StopRequest()
        self._last_loss = 0.0
        state = run.load_state()
        self.first = 0
        if state is not None:
            learner.restore(state["learner"])
            self.first = int(state["step"])
            say(f"resuming at step {self.first} of {n_steps}")
        run.begin(self.first)

    def finish_step(self, step: int, loss: float, metrics: Mapping[str, float]) -> None:
        """Report a finished step; save when it is time. Raises Stopped after a SIGTERM, with the state saved."""
        is_finite = math.isfinite(loss)
        self._last_loss = loss if is_finite else self._last_loss
        shown = {name: value for name, value in metrics.items() if math.isfinite(value)}
        # JSON has no NaN: a bad step repeats the last loss and says so.
        extra = {} if is_finite else {"is_skipped": 1.0}
        self._run.report(step, self._n_steps, self._last_loss, {**shown, **extra})
        is_stopping = self._world.is_any(self._stop.is_made)
        if is_stopping or (step + 1) % self._save_every == 0 or step + 1 == self._n_steps:
            self._run.save_state({"step": step + 1, "learner": self._learner.state()})
        if is_stopping and step + 1 < self._n_steps:
            raise Stopped(f"stopped after step {step + 1} of {self._n_steps}")


def publish(
    run: RunFolder,
    ask: TrainingAsk,
    learner: Learner,
    networks: Networks,
    *,
    parent: CheckpointCard,
    steps: int,
    metrics: Mapping[str, float],
) -> None:
    """Put the averaged weights into ``networks`` and write the run's checkpoint."""
    learner.use_average()
    if run.is_writer:
        write_checkpoint(
            run.checkpoint,
            networks,
            stage=ask.stage,
            recipe=ask.recipe,
            seed=ask.seed,
            steps=steps,
            parent_sha256=parent.checkpoint_sha256,
            dataset_sha256=ask.dataset_sha256,
            metrics=metrics,
        )


def run_stage(stage: str, train: Callable[[RunFolder, TrainingAsk, World], None]) -> None:
    """Run a stage on the run folder of the command line; exit 0 when done, 143 when stopped, 1 with a reason."""
    if len(sys.argv) != 2:
        say(f"usage: python -m trainers.{stage} RUN_FOLDER")
        sys.exit(2)
    world = enter_world()
    run = RunFolder(Path(sys.argv[1]).resolve(), is_writer=world.is_writer)
    if run.is_finished:
        say("already finished")
        sys.exit(0)
    try:
        ask = TrainingAsk.model_validate_json(run.read_ask())
        if ask.stage != stage:
            raise TrainingError(f"run.json asks for {ask.stage}, this is {stage}")
        train(run, ask, world)
    except Stopped as stopped:
        say(str(stopped))
        sys.exit(EXIT_STOPPED)
    except ValidationError as error:
        say(f"run.json is not a training ask: {error}")
        sys.exit(1)
    except (TrainingError, DatasetError, CheckpointError, DivergedError, ValueError, OSError) as error:
        say(f"{stage} failed: {error}")
        sys.exit(1)
    finally:
        leave_world(world)
