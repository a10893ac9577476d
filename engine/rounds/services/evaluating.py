"""Third step of a round: score the live checkpoint and the challenger on the same held-out objects and seeds."""

from pathlib import Path

from django.conf import settings
from pydantic import ValidationError

from contracts.training import CHECKPOINT_FOLDER, REPORT_NAME, RUN_NAME, EvaluationAsk, EvaluationReport
from engine.records.services import write_dataset_folder
from engine.registry.models import Checkpoint
from engine.rounds.folders import RoundFolders
from engine.rounds.judging import summarise
from engine.rounds.launchers.port import Launcher
from engine.rounds.models import Evaluation, Round, RoundState
from engine.rounds.run_files import write_whole
from engine.rounds.services.checkpoint_folders import write_checkpoint_folder
from engine.rounds.services.lease import Heartbeat
from engine.rounds.services.timeline import enter_state
from engine.rounds.services.watching import TrainerFailed, run_trainer

# Samples of one object differ by more than checkpoints do: the mean of four halves the noise of one.
N_SEEDS = 4


def evaluate_round(*, round_: Round, folders: RoundFolders, launcher: Launcher, heartbeat: Heartbeat) -> None:
    """Write the two Evaluation rows that are missing; with no held-out object none, which the gate then refuses."""
    challenger = challenger_of(round_)
    if round_.heldout_version is None or round_.live_checkpoint is None or challenger is None:
        raise TrainerFailed("The round has no challenger or nothing to judge it by.")
    if round_.heldout_version.manifest["n_examples"]:
        write_dataset_folder(version=round_.heldout_version, folder=folders.heldout)
        for role, checkpoint in (("live", round_.live_checkpoint), ("challenger", challenger)):
            heartbeat.check()
            if not round_.evaluations.filter(role=role).exists():
                report = _run_evaluation(round_, role, checkpoint, folders=folders, launcher=launcher, beat=heartbeat)
                Evaluation.objects.get_or_create(
                    round=round_, role=role,
                    defaults={
                        "checkpoint": checkpoint,
                        "report": report.model_dump(mode="json"),
                        "summary": summarise(report.scores, seed=round_.seed),
                    },
                )  # fmt: skip
    enter_state(round_id=round_.pk, worker_token=heartbeat.worker_token, state=RoundState.JUDGING)


def challenger_of(round_: Round) -> Checkpoint | None:
    """Return the checkpoint of the last stage that made one."""
    run = round_.training_runs.filter(checkpoint__isnull=False).select_related("checkpoint").order_by("-pk").first()
    return run.checkpoint if run else None


def _run_evaluation(
    round_: Round, role: str, checkpoint: Checkpoint, *, folders: RoundFolders, launcher: Launcher, beat: Heartbeat
) -> EvaluationReport:
    folder = folders.evaluation(role)
    checkpoint_folder = folder / CHECKPOINT_FOLDER
    write_checkpoint_folder(checkpoint=checkpoint, folder=checkpoint_folder)
    ask = EvaluationAsk(
        dataset_folder=str(folders.heldout.resolve()),
        checkpoint_folder=str(checkpoint_folder.resolve()),
        seed=round_.seed,
        n_seeds=N_SEEDS,
        steps=settings.ENVIRONMENT.generation_steps,
        guidance=settings.ENVIRONMENT.generation_guidance,
    )
    write_whole(folder / RUN_NAME, ask)
    run_trainer(launcher=launcher, program="evaluate", run_folder=folder, heartbeat=beat)
    return _read_report(folder / REPORT_NAME, round_=round_, checkpoint=checkpoint)


def _read_report(path: Path, *, round_: Round, checkpoint: Checkpoint) -> EvaluationReport:
    try:
        report = EvaluationReport.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        raise TrainerFailed(f"The evaluation ended well but left no readable report: {error}") from error
    heldout_sha256 = round_.heldout_version.dataset_sha256 if round_.heldout_version else None
    if (report.checkpoint_sha256, report.dataset_sha256) != (checkpoint.checkpoint_sha256, heldout_sha256):
        raise TrainerFailed("The evaluation's report is about another checkpoint or dataset than was asked.")
    return report
