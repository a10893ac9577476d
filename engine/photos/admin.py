"""Photos and objects in the admin, to look at."""

from django.contrib import admin

from engine.core.read_only_admin import ReadOnlyAdmin
from engine.photos.models import MaskVersion, Photo, TargetObject


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    """What was uploaded, by whom, under which licence."""

    list_display = ("id", "name", "width", "height", "credit", "uploaded_by", "created_at")
    search_fields = ("name", "photo_sha256")


@admin.register(TargetObject)
class TargetObjectAdmin(ReadOnlyAdmin):
    """Masked objects and their split."""

    list_display = ("id", "name", "photo", "split", "area_fraction", "is_simulated", "created_at")
    list_filter = ("split", "is_simulated")


@admin.register(MaskVersion)
class MaskVersionAdmin(ReadOnlyAdmin):
    """Who corrected which mask, and why."""

    list_display = ("id", "target", "version", "reason", "created_by", "created_at")
