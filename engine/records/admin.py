"""The records room in the admin: for reading. Records follow from history; editing them would be undone."""

from django.contrib import admin

from engine.core.read_only_admin import ReadOnlyAdmin
from engine.records.models import DatasetVersion, Derivation, Record


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    """Records."""

    list_display = ["id", "kind", "target_id", "rating", "is_simulated", "created_at"]
    list_filter = ["kind", "is_simulated"]


@admin.register(Derivation)
class DerivationAdmin(ReadOnlyAdmin):
    """Derivations."""

    list_display = ["id", "alpha", "n_choices", "n_records", "n_pairs", "created_at"]


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ReadOnlyAdmin):
    """Frozen versions."""

    list_display = ["id", "dataset_sha256", "split", "alpha", "created_at"]
    list_filter = ["split"]
