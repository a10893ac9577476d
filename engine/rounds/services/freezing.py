"""First step of a round: freeze what it learns from and what it is judged by."""

from django.conf import settings

from engine.records.models import DatasetVersion
from engine.records.services import derive_records, freeze_dataset
from engine.rounds.models import Round, RoundState
from engine.rounds.services.lease import Heartbeat
from engine.rounds.services.timeline import enter_state


def freeze_round(*, round_: Round, heartbeat: Heartbeat) -> None:
    """Freeze the training and the held-out version under the round's alpha; done once for a round."""
    if round_.train_version is None or round_.heldout_version is None:
        if round_.alpha < settings.ENVIRONMENT.record_alpha:
            # Records of history are kept for the platform's alpha; a lower one needs those in between too.
            derive_records(alpha=round_.alpha, by=round_.started_by)
        heartbeat.check()
        versions: dict[str, DatasetVersion] = {}
        for split in ("train", "heldout"):
            versions[split] = freeze_dataset(
                split=split, alpha=round_.alpha, allow_simulated=round_.is_simulated_allowed, by=round_.started_by
            )
            heartbeat.check()
        Round.objects.filter(pk=round_.pk, worker_token=heartbeat.worker_token).update(
            train_version=versions["train"], heldout_version=versions["heldout"]
        )
    enter_state(round_id=round_.pk, worker_token=heartbeat.worker_token, state=RoundState.TRAINING)
