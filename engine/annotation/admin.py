"""The annotation room in the admin: for reading. History is never edited by hand."""

from django.contrib import admin

from engine.annotation.models import Assignment, Choice
from engine.core.read_only_admin import ReadOnlyAdmin


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """Slots: who holds what."""

    list_display = ["id", "target_id", "slot", "state", "annotator", "lease_expires_at"]
    list_filter = ["state"]
    list_select_related = ["annotator"]


@admin.register(Choice)
class ChoiceAdmin(ReadOnlyAdmin):
    """Choices as they were made."""

    list_display = ["id", "target_id", "annotator", "outcome", "rating", "is_simulated", "created_at"]
    list_filter = ["outcome", "is_simulated"]
    list_select_related = ["annotator"]
