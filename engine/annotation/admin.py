"""The annotation room in the admin: for reading. History is never edited by hand."""

from django.contrib import admin

from engine.annotation.models import AssetProblem, Assignment, Campaign, Choice, GoldPair, MaskFlag, QualityFlag
from engine.core.read_only_admin import ReadOnlyAdmin


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """Slots: who holds what."""

    list_display = ["id", "target_id", "campaign_id", "kind", "slot", "state", "annotator", "lease_expires_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["annotator"]


@admin.register(Choice)
class ChoiceAdmin(ReadOnlyAdmin):
    """Choices as they were made."""

    list_display = [
        "id", "target_id", "kind", "annotator", "revision", "outcome", "rating", "is_simulated", "created_at",
    ]  # fmt: skip
    list_filter = ["kind", "outcome", "is_simulated"]
    list_select_related = ["annotator"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    """Campaigns; they are changed through the API, for their slots must follow."""

    list_display = ["id", "name", "overlap", "priority", "is_paused", "is_practice", "gold_rate", "repeat_rate"]


@admin.register(GoldPair)
class GoldPairAdmin(ReadOnlyAdmin):
    """Pairs whose better one is known."""

    list_display = ["id", "target_id", "better_id", "worse_id", "is_active", "created_at"]
    list_filter = ["is_active"]


@admin.register(MaskFlag)
class MaskFlagAdmin(ReadOnlyAdmin):
    """Doubts about masks."""

    list_display = ["id", "target_id", "person", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["person"]


@admin.register(QualityFlag)
class QualityFlagAdmin(ReadOnlyAdmin):
    """Doubts about answers."""

    list_display = ["id", "person", "kind", "state", "created_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["person"]


@admin.register(AssetProblem)
class AssetProblemAdmin(ReadOnlyAdmin):
    """Candidates that somebody could not see."""

    list_display = ["id", "candidate", "generator", "kind", "annotator", "created_at", "resolved_at"]
    list_filter = ["kind", ("resolved_at", admin.EmptyFieldListFilter)]
    list_select_related = ["candidate", "annotator"]

    @admin.display(ordering="candidate__generator")
    def generator(self, problem: AssetProblem) -> str:
        """Who made the candidate."""
        return problem.candidate.generator
