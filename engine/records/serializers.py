"""JSON of the records endpoints."""

from typing import Any

from rest_framework import serializers

from engine.records.models import (
    DatasetContributor,
    DatasetVersion,
    Derivation,
    PreferencePair,
    Record,
    RecordKind,
)


def _author(row: Record | PreferencePair) -> str:
    """Return the name of whoever chose or made the preferred shape."""
    if row.choice is not None:
        return row.choice.annotator.username
    return "" if row.mesh_upload is None else row.mesh_upload.artist.username


class RecordSerializer(serializers.ModelSerializer[Record]):
    """An accepted shape."""

    kind = serializers.ChoiceField(choices=RecordKind.choices)
    target_id = serializers.IntegerField()
    choice_id = serializers.IntegerField(allow_null=True)
    mesh_upload_id = serializers.UUIDField(allow_null=True)
    candidate_id = serializers.UUIDField(allow_null=True)
    split = serializers.CharField(source="target.split")
    author = serializers.SerializerMethodField()
    preview_url = serializers.SerializerMethodField()
    mesh_url = serializers.SerializerMethodField()

    class Meta:
        model = Record
        fields = [
            "id", "kind", "target_id", "split", "choice_id", "mesh_upload_id", "candidate_id", "glb_sha256", "rating",
            "author", "preview_url", "mesh_url", "is_simulated", "created_at",
        ]  # fmt: skip

    def get_author(self, record: Record) -> str:
        """Return whose choice or mesh it is."""
        return _author(record)

    def get_preview_url(self, record: Record) -> str | None:
        """Return the preview of the chosen candidate; an artist's mesh has none."""
        return None if record.candidate_id is None else f"/api/assets/candidates/{record.candidate_id}/preview"

    def get_mesh_url(self, record: Record) -> str:
        """Return where the browser gets the shape."""
        if record.candidate_id is not None:
            return f"/api/assets/candidates/{record.candidate_id}/mesh"
        return f"/api/assets/uploads/{record.mesh_upload_id}/mesh"


class PreferencePairSerializer(serializers.ModelSerializer[PreferencePair]):
    """A preferred shape and one that lost to it, with the evidence."""

    target_id = serializers.IntegerField()
    choice_id = serializers.IntegerField(allow_null=True)
    mesh_upload_id = serializers.UUIDField(allow_null=True)
    loser_id = serializers.UUIDField()
    winner_id = serializers.UUIDField(source="choice.winner_id", default=None, allow_null=True)
    split = serializers.CharField(source="target.split")
    author = serializers.SerializerMethodField()

    class Meta:
        model = PreferencePair
        fields = [
            "id", "target_id", "split", "choice_id", "mesh_upload_id", "winner_id", "winner_glb_sha256", "loser_id",
            "is_loser_own", "comparison_ids", "author", "is_simulated", "created_at",
        ]  # fmt: skip

    def get_author(self, pair: PreferencePair) -> str:
        """Return whose judgement it is."""
        return _author(pair)


class DeriveAskSerializer(serializers.Serializer[Any]):
    """With which alpha; without one, the alpha that records stand at."""

    alpha = serializers.FloatField(min_value=0, max_value=1, required=False, allow_null=True)


class DerivationSerializer(serializers.ModelSerializer[Derivation]):
    """What a derivation came to."""

    records = serializers.IntegerField(source="n_records")
    pairs = serializers.IntegerField(source="n_pairs")
    choices = serializers.IntegerField(source="n_choices")

    class Meta:
        model = Derivation
        fields = ["id", "alpha", "choices", "records", "pairs", "created_at"]


class DatasetContributorSerializer(serializers.ModelSerializer[DatasetContributor]):
    """Whose work a version rests on."""

    username = serializers.CharField(source="person.username")
    is_simulated = serializers.BooleanField(source="person.is_simulated")

    class Meta:
        model = DatasetContributor
        fields = ["username", "is_simulated", "n_examples", "n_pairs"]


class DatasetVersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    """A frozen dataset."""

    n_examples = serializers.IntegerField(source="manifest.n_examples")
    n_pairs = serializers.IntegerField(source="manifest.n_pairs")
    manifest = serializers.DictField()
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    contributors = DatasetContributorSerializer(many=True)

    class Meta:
        model = DatasetVersion
        fields = [
            "id", "dataset_sha256", "split", "alpha", "n_examples", "n_pairs", "manifest", "contributors",
            "created_by", "created_at",
        ]  # fmt: skip
