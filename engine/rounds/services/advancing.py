"""Takes a round from wherever it stands to its end. Every step is idempotent, so a killed worker's round goes on."""

import uuid

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from engine.core.clock import now
from engine.core.errors import EngineError, Unavailable
from engine.rounds.folders import RoundFolders
from engine.rounds.launchers.port import Launcher, LaunchError
from engine.rounds.models import ACTIVE_STATES, Round, RoundState
from engine.rounds.services.deciding import decide_round
from engine.rounds.services.evaluating import evaluate_round
from engine.rounds.services.freezing import freeze_round
from engine.rounds.services.lease import CancelRequested, Heartbeat, LeaseLost, WorkerStopping, claim_round
from engine.rounds.services.timeline import end_round, postpone_round
from engine.rounds.services.training import train_round
from engine.rounds.services.watching import TrainerFailed

log = structlog.get_logger(__name__)

POSTPONE_SECONDS = 5.0


def advance_round(*, round_id: int, launcher: Launcher) -> bool:
    """Claim the round and work on it until it has ended, or until this worker must let go. False: not ours to do."""
    token = uuid.uuid4()
    lease_seconds = settings.ENVIRONMENT.round_lease_seconds
    if not claim_round(round_id=round_id, worker_token=token, lease_seconds=lease_seconds):
        return False
    with Heartbeat(round_id=round_id, worker_token=token, lease_seconds=lease_seconds) as heartbeat:
        try:
            _work(round_id, launcher=launcher, heartbeat=heartbeat)
        except LeaseLost:
            log.warning("round_lease_lost", round_id=round_id)
        except CancelRequested:
            _end(round_id, token, RoundState.CANCELLED, "Cancelled by a person.")
        except WorkerStopping:
            reason = "Its worker was stopped; another one goes on from here."
            postpone_round(round_id=round_id, worker_token=token, reason=reason, seconds=0)
        except Unavailable as error:
            # Nothing is wrong with the round: it goes on from here when the part is back.
            log.warning("round_postponed", round_id=round_id, reason=str(error))
            postpone_round(round_id=round_id, worker_token=token, reason=str(error), seconds=POSTPONE_SECONDS)
        except (TrainerFailed, LaunchError, EngineError) as error:
            _end(round_id, token, RoundState.FAILED, str(error))
        except DatabaseError:
            # Cannot be written down now; the lease runs out and the sweep takes the round up again.
            raise
        except Exception as error:
            log.exception("round_failed", round_id=round_id)
            reason = f"An error in the platform itself: {type(error).__name__}: {error}"
            _end(round_id, token, RoundState.FAILED, reason)
    return True


def _work(round_id: int, *, launcher: Launcher, heartbeat: Heartbeat) -> None:
    folders = RoundFolders(settings.ENVIRONMENT.data_folder, round_id)
    folders.root.mkdir(parents=True, exist_ok=True)
    while True:
        heartbeat.check()
        round_ = Round.objects.select_related("train_version", "heldout_version", "live_checkpoint").get(pk=round_id)
        match round_.state:
            case RoundState.FREEZING:
                freeze_round(round_=round_, heartbeat=heartbeat)
            case RoundState.TRAINING:
                train_round(round_=round_, folders=folders, launcher=launcher, heartbeat=heartbeat)
            case RoundState.EVALUATING:
                evaluate_round(round_=round_, folders=folders, launcher=launcher, heartbeat=heartbeat)
            case RoundState.JUDGING:
                decide_round(round_=round_, heartbeat=heartbeat)
            case _:
                return


def _end(round_id: int, token: uuid.UUID, state: RoundState, reason: str) -> None:
    try:
        end_round(round_id=round_id, worker_token=token, state=state, reason=reason)
    except LeaseLost:
        log.warning("round_lease_lost", round_id=round_id)


def due_round_ids() -> list[int]:
    """Return the rounds a worker should look at: active ones without a living worker, else the oldest queued one."""
    active = Round.objects.filter(state__in=ACTIVE_STATES)
    orphaned = [
        pk for pk, expires in active.values_list("pk", "lease_expires_at") if expires is None or expires < now()
    ]
    if orphaned or active.exists():
        return orphaned
    return list(Round.objects.filter(state=RoundState.QUEUED).order_by("pk").values_list("pk", flat=True)[:1])
