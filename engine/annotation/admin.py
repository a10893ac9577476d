"""The annotation room in the admin: for reading. History is never edited by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from engine.annotation.models import Assignment, Choice


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Shows rows and lets nobody change them."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


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
