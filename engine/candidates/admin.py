"""Requests and candidates in the admin, to look at."""

from django.contrib import admin

from engine.candidates.models import Candidate, GenerationRequest
from engine.core.read_only_admin import ReadOnlyAdmin


@admin.register(GenerationRequest)
class GenerationRequestAdmin(ReadOnlyAdmin):
    """What was asked of which generator, and how it went."""

    list_display = ("id", "target", "generator", "batch", "n", "state", "attempts", "failure_reason", "created_at")
    list_filter = ("state", "generator")


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    """Proposed shapes and who made them."""

    list_display = ("id", "target", "generator", "checkpoint", "seed", "steps", "guidance", "seconds", "created_at")
    list_filter = ("generator",)
