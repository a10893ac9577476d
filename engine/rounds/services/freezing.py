"""First step of a round: freeze what it learns from and what it is judged by."""

from functools import partial

from engine.core.errors import Conflict, Unavailable
from engine.records.services import freeze_dataset
from engine.registry.selectors import live_checkpoint
from engine.rounds.models import Round, RoundState
from engine.rounds.services.lease import Heartbeat
from engine.rounds.services.timeline import enter_state


def freeze_round(*, round_: Round, heartbeat: Heartbeat) -> None:
    """Freeze the training and the held-out version under the round's alpha; done once for a round.

    Raises Unavailable while records are being derived elsewhere: half of them would be frozen.
    """
    if round_.train_version is None or round_.heldout_version is None:
        freeze = partial(
            freeze_dataset, alpha=round_.alpha, allow_simulated=round_.is_simulated_allowed, by=round_.started_by
        )
        try:
            train = freeze(split="train")
            heartbeat.check()
            heldout = freeze(split="heldout")
        except Conflict as error:
            raise Unavailable(str(error), code=error.code) from error
        # While it waited in the queue, the round before may have deployed: this one goes on from there.
        held = Round.objects.filter(pk=round_.pk, worker_token=heartbeat.worker_token)
        held.update(train_version=train, heldout_version=heldout, live_checkpoint=live_checkpoint())
    enter_state(round_id=round_.pk, worker_token=heartbeat.worker_token, state=RoundState.TRAINING)
