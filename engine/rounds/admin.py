"""Rounds in the admin: to look at, not to edit. Their states move through services alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from engine.core.read_only_admin import ReadOnlyAdmin
from engine.rounds.models import Evaluation, Round, RoundEvent, TrainingRun


class RoundPart(admin.TabularInline[Any, Round]):
    """Rows that belong to a round, shown below it."""

    model: type[Model]
    can_delete = False
    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Return all that is shown: a form for a time that the database writes would be refused."""
        return [str(name) for name in self.fields or ()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class TrainingRunInline(RoundPart):
    """The stages of a round."""

    model = TrainingRun
    fields = ["stage", "state", "state_reason", "step", "n_steps", "loss", "attempts", "started_at", "finished_at"]


class EvaluationInline(RoundPart):
    """The scores of a round."""

    model = Evaluation
    fields = ["role", "checkpoint", "summary"]


class RoundEventInline(RoundPart):
    """The timeline of a round."""

    model = RoundEvent
    fields = ["state", "note", "created_at"]


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    """One round on one page."""

    list_display = ["id", "name", "state", "alpha", "recipe", "created_at", "finished_at"]
    list_filter = ["state"]
    inlines = [TrainingRunInline, EvaluationInline, RoundEventInline]
