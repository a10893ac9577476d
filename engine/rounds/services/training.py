"""Second step of a round: SFT on the accepted shapes, then DPO on the pairs, each by a trainer in a run folder."""

from functools import partial
from pathlib import Path

from django.db.models import F
from django.db.models.functions import Coalesce, Now

from contracts.checkpoint import CheckpointCard
from contracts.dataset import PAIRS_NAME, PairExample
from contracts.training import CARD_NAME, CHECKPOINT_FOLDER, RUN_NAME, TrainingAsk
from engine.core.clock import now
from engine.records.services import write_dataset_folder
from engine.registry.models import Checkpoint
from engine.registry.services import publish_checkpoint
from engine.rounds.folders import RoundFolders
from engine.rounds.launchers.port import Launcher
from engine.rounds.models import Round, RoundState, TrainingRun, TrainingRunState
from engine.rounds.run_files import write_whole
from engine.rounds.services.checkpoint_folders import write_checkpoint_folder
from engine.rounds.services.lease import Heartbeat
from engine.rounds.services.timeline import enter_state
from engine.rounds.services.watching import TrainerFailed, run_trainer, save_training_progress

ENDED_WELL = (TrainingRunState.DONE, TrainingRunState.SKIPPED)


def train_round(*, round_: Round, folders: RoundFolders, launcher: Launcher, heartbeat: Heartbeat) -> None:
    """Run the stages that have not ended well yet, in order."""
    if round_.train_version is None or round_.live_checkpoint is None:
        raise TrainerFailed("The round has lost its dataset version or its starting checkpoint.")
    version, live = round_.train_version, round_.live_checkpoint
    if any(run.state not in ENDED_WELL for run in round_.training_runs.all()):
        write_dataset_folder(version=version, folder=folders.train)
        write_checkpoint_folder(checkpoint=live, folder=folders.live_checkpoint)
    learnt = live
    for stage, initial in (("sft", folders.live_checkpoint), ("dpo", folders.stage("sft") / CHECKPOINT_FOLDER)):
        heartbeat.check()
        run = round_.training_runs.get(stage=stage)
        if run.state in ENDED_WELL:
            learnt = run.checkpoint or learnt
            continue
        if reason := _reason_to_skip(stage, dataset_folder=folders.train):
            _save(run, state=TrainingRunState.SKIPPED, state_reason=reason, finished_at=now())
            continue
        # The stage before may have ended on another machine, whose folder is not here.
        write_checkpoint_folder(checkpoint=learnt, folder=initial)
        _run_stage(round_, run, initial=initial, parent=learnt, folders=folders, launcher=launcher, beat=heartbeat)
        learnt = run.checkpoint or learnt
    enter_state(round_id=round_.pk, worker_token=heartbeat.worker_token, state=RoundState.EVALUATING)


def _reason_to_skip(stage: str, *, dataset_folder: Path) -> str | None:
    if stage != "dpo":
        return None
    with (dataset_folder / PAIRS_NAME).open("rb") as lines:
        if any(PairExample.model_validate_json(line).is_loser_own for line in lines):
            return None
    return "No pair's loser came from the own model, and only such pairs may train DPO."


def _run_stage(
    round_: Round,
    run: TrainingRun,
    *,
    initial: Path,
    parent: Checkpoint,
    folders: RoundFolders,
    launcher: Launcher,
    beat: Heartbeat,
) -> None:
    folder = folders.stage(run.stage)
    ask = TrainingAsk(
        stage=run.stage,
        recipe=round_.recipe,
        dataset_folder=str(folders.train.resolve()),
        initial_checkpoint_folder=str(initial.resolve()),
        dataset_sha256=round_.train_version.dataset_sha256 if round_.train_version else "",
        seed=round_.seed,
        steps=round_.sft_steps if run.stage == "sft" else round_.dpo_steps,
        rate_factor=round_.rate_factor,
    )
    write_whole(folder / RUN_NAME, ask)
    _save(
        run, state=TrainingRunState.RUNNING, run_folder=folders.relative(folder), attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Now()),
    )  # fmt: skip
    save_progress = partial(save_training_progress, run, run_folder=folder)
    try:
        run_trainer(
            launcher=launcher, program=ask.stage, run_folder=folder, heartbeat=beat, save_progress=save_progress
        )
        checkpoint = _publish(folder / CHECKPOINT_FOLDER, ask=ask, parent=parent)
    except TrainerFailed as error:
        _save(run, state=TrainingRunState.FAILED, state_reason=str(error), finished_at=now())
        raise
    _save(run, state=TrainingRunState.DONE, checkpoint=checkpoint, eta_seconds=0.0, finished_at=now())


def _publish(folder: Path, *, ask: TrainingAsk, parent: Checkpoint) -> Checkpoint:
    """Publish what the trainer made, if its card says that it was made from what we gave."""
    try:
        card = CheckpointCard.model_validate_json((folder / CARD_NAME).read_bytes())
    except (FileNotFoundError, ValueError) as error:
        raise TrainerFailed(f"The {ask.stage} trainer ended well but left no readable card: {error}") from error
    if card.parent_sha256 != parent.checkpoint_sha256 or card.dataset_sha256 != ask.dataset_sha256:
        raise TrainerFailed(
            f"The card of the {ask.stage} checkpoint names another parent or dataset than it was given."
        )
    return publish_checkpoint(folder=folder)


def _save(run: TrainingRun, **fields: object) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(**fields)
    run.refresh_from_db()
