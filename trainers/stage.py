"""What the stages share around their loops: the start from ``run.json``, the end of a step, and the exit status."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
    """Walks the steps of a run, or of one of its phases: resumes, reports, saves now and then, and stops when asked."""

    def __init__(
        self,
        run: RunFolder,
        world: World,
        learner: Learner,
        *,
        n_steps: int,
        save_every: int,
        name: str = "state",
        first_of_run: int = 0,
        votes_every: int = 1,
        deadline: float | None = None,
    ) -> None:
        """Take up the state called ``name``.

        ``first_of_run`` counts the steps of earlier phases. ``deadline`` is a time of ``time.monotonic`` at which to
        stop; several processes agree on stopping every ``votes_every`` steps.
        """
        self._run, self._world, self._learner, self._name = run, world, learner, name
        self._n_steps, self._save_every, self._votes_every = n_steps, save_every, votes_every
        self._deadline = math.inf if deadline is None else deadline
        self._stop = StopRequest()
        state = run.load_state(f"{name}.pt")
        self.first = 0
        if state is not None:
            learner.restore(state["learner"])
            self.first = int(state["step"])
            say(f"resuming at step {self.first} of {n_steps}")
        # A finished phase has nothing to write again, and what follows it in the log is not its own.
        if self.first < n_steps:
            run.begin(first_of_run + self.first)

    def finish_step(self, step: int, loss: float, metrics: Mapping[str, float]) -> None:
        """Report a finished step; save when it is time. Raises Stopped after a SIGTERM, with the state saved."""
        self._run.report_finite(step, self._n_steps, loss, metrics)
        self.close_step(step)

    def close_step(self, step: int) -> None:
        """Save when it is time. Raises Stopped after a SIGTERM or past the deadline, with the state saved."""
        is_stopping = False
        if self._world.size == 1 or step % self._votes_every == 0:
            is_stopping = self._world.is_any(self._stop.is_made or time.monotonic() > self._deadline)
        if is_stopping or (step + 1) % self._save_every == 0 or step + 1 == self._n_steps:
            # Gathering the state is work for all processes, writing it for one.
            state = self._learner.state()
            self._run.save_state({"step": step + 1, "learner": state}, f"{self._name}.pt")
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
    with reported_exit(stage, run, world):
        ask = TrainingAsk.model_validate_json(run.read_ask())
        if ask.stage != stage:
            raise TrainingError(f"run.json asks for {ask.stage}, this is {stage}")
        train(run, ask, world)


@contextmanager
def reported_exit(stage: str, run: RunFolder, world: World) -> Iterator[None]:
    """Do what is inside unless the run is finished; exit 0 when it is, 143 when stopped, 1 with a reason."""
    if run.is_finished:
        say("already finished")
        sys.exit(0)
    try:
        yield
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
