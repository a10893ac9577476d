"""Reads rounds."""

from django.db.models import Prefetch, QuerySet

from engine.core.errors import NotFound
from engine.rounds.models import Evaluation, Round, RoundEvent, TrainingRun


def list_rounds() -> QuerySet[Round]:
    """Return all rounds with what a list shows, newest first."""
    return Round.objects.select_related(
        "train_version", "heldout_version", "live_checkpoint", "started_by", "deployment__checkpoint"
    ).order_by("-id")


def get_round(*, round_id: int) -> Round:
    """Return a round with its stages, evaluations and timeline. Raises NotFound."""
    rounds = list_rounds().prefetch_related(
        Prefetch("training_runs", TrainingRun.objects.select_related("checkpoint").order_by("pk")),
        Prefetch("evaluations", Evaluation.objects.select_related("checkpoint").order_by("-role")),
        Prefetch("events", RoundEvent.objects.order_by("pk")),
    )
    round_ = rounds.filter(pk=round_id).first()
    if round_ is None:
        raise NotFound("There is no such round.", code="round_missing")
    return round_
