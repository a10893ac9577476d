"""JSON of candidates whose files cannot be had. Who reports one does not learn who made it; who reads the list may."""

from typing import Any

from rest_framework import serializers

from engine.accounts.models import Person
from engine.annotation.models import AssetProblem, AssetProblemKind
from engine.annotation.serializers.tasks import LeaseAskSerializer


class AssetProblemAskSerializer(LeaseAskSerializer):
    """Which candidate of the task cannot be seen, and why."""

    candidate_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AssetProblemKind.choices)


class ReportedSerializer(serializers.Serializer[Any]):
    """The report is kept."""

    id = serializers.IntegerField()


class AssetProblemSerializer(serializers.ModelSerializer[AssetProblem]):
    """A candidate that somebody could not see."""

    candidate_id = serializers.UUIDField(read_only=True)
    target_id = serializers.IntegerField(read_only=True, source="candidate.target_id")
    photo_id = serializers.IntegerField(read_only=True, source="candidate.target.photo_id")
    generator = serializers.CharField(read_only=True, source="candidate.generator")
    image_url = serializers.SerializerMethodField()
    mask_url = serializers.CharField(read_only=True, source="candidate.target.mask_url")
    annotator: serializers.SlugRelatedField[Person] = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True
    )

    class Meta:
        model = AssetProblem
        fields = [
            "id", "candidate_id", "target_id", "photo_id", "generator", "image_url", "mask_url", "annotator", "kind",
            "created_at", "resolved_at",
        ]  # fmt: skip

    def get_image_url(self, problem: AssetProblem) -> str:
        """The photo."""
        return f"/api/assets/photos/{problem.candidate.target.photo_id}/image"
