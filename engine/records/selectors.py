"""What can be asked about records, pairs and dataset versions."""

from django.db.models import QuerySet

from engine.core.errors import NotFound
from engine.records.models import DatasetVersion, PreferencePair, Record


def records(*, kind: str | None = None) -> QuerySet[Record]:
    """Return records with the people behind them."""
    rows = Record.objects.select_related("target", "choice__annotator", "mesh_upload__artist")
    return rows if kind is None else rows.filter(kind=kind)


def preference_pairs() -> QuerySet[PreferencePair]:
    """Return pairs with the people behind them."""
    return PreferencePair.objects.select_related("target", "choice__annotator", "mesh_upload__artist")


def dataset_versions() -> QuerySet[DatasetVersion]:
    """Return versions with their contributors."""
    return DatasetVersion.objects.select_related("created_by").prefetch_related("contributors__person")


def version_by_digest(sha256: str) -> DatasetVersion:
    """Return one version. Raises NotFound."""
    version = dataset_versions().filter(dataset_sha256=sha256).first()
    if version is None:
        raise NotFound("There is no such dataset version.", code="version_missing")
    return version
