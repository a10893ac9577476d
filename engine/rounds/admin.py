"""Rounds in the admin: to look at, not to edit. Their states move through services alone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from engine.rounds.models import Evaluation, Round, RoundEvent, TrainingRun


class ReadOnly:
    """Nothing here may be added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class TrainingRunInline(ReadOnly, admin.TabularInline[TrainingRun, Round]):
    """The stages of a round."""

    model = TrainingRun
    fields = ["stage", "state", "state_reason", "step", "n_steps", "loss", "attempts", "started_at", "finished_at"]


class EvaluationInline(ReadOnly, admin.TabularInline[Evaluation, Round]):
    """The scores of a round."""

    model = Evaluation
    fields = ["role", "checkpoint", "summary"]


class RoundEventInline(ReadOnly, admin.TabularInline[RoundEvent, Round]):
    """The timeline of a round."""

    model = RoundEvent
    fields = ["state", "note", "created_at"]


@admin.register(Round)
class RoundAdmin(ReadOnly, admin.ModelAdmin[Round]):
    """One round on one page."""

    list_display = ["id", "name", "state", "alpha", "recipe", "created_at", "finished_at"]
    list_filter = ["state"]
    show_full_result_count = False
    inlines = [TrainingRunInline, EvaluationInline, RoundEventInline]
