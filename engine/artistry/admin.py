"""The artistry room in the admin: for reading."""

from django.contrib import admin

from engine.artistry.models import ArtistJob, MeshUpload
from engine.core.read_only_admin import ReadOnlyAdmin


@admin.register(ArtistJob)
class ArtistJobAdmin(ReadOnlyAdmin):
    """Jobs."""

    list_display = ["id", "target_id", "state", "artist", "created_at"]
    list_filter = ["state"]
    list_select_related = ["artist"]


@admin.register(MeshUpload)
class MeshUploadAdmin(ReadOnlyAdmin):
    """Versions of meshes."""

    list_display = ["id", "job_id", "version", "state", "artist", "reviewed_by"]
    list_filter = ["state"]
    list_select_related = ["artist", "reviewed_by"]
