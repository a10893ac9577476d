"""JSON of what is known about people's work."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.annotation.models import AnnotatorPause, QualityFlag, QualityFlagState
from engine.annotation.selectors.agreement import (
    PUBLISHED_AGREEMENT,
    PUBLISHED_NOTE,
    AgreementReport,
    PairOfPeople,
)
from engine.annotation.selectors.people import AnnotatorFigures
from engine.annotation.serializers.tasks import MAX_COMMENT, ShareSerializer


class QualityFlagSerializer(serializers.ModelSerializer[QualityFlag]):
    """One doubt about one person's work; ``evidence`` holds the figures that raised it."""

    person_id = serializers.IntegerField(read_only=True)
    person = serializers.CharField(source="person.username", read_only=True)
    choice_id = serializers.IntegerField(read_only=True, allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", read_only=True, default=None, allow_null=True)
    evidence = serializers.DictField(child=serializers.FloatField(allow_null=True), read_only=True)

    class Meta:
        model = QualityFlag
        fields = [
            "id", "person_id", "person", "kind", "state", "evidence", "choice_id", "decided_by", "decided_at", "note",
            "created_at",
        ]  # fmt: skip


class QualityFlagDecisionSerializer(serializers.Serializer[Any]):
    """What a reviewer thinks of a flag."""

    state = serializers.ChoiceField(choices=QualityFlagState.choices)
    note = serializers.CharField(max_length=MAX_COMMENT, allow_blank=True, required=False)


class FoundSerializer(serializers.Serializer[Any]):
    """How many flags were raised or withdrawn."""

    changed = serializers.IntegerField()


class AnnotatorSerializer(serializers.Serializer[Any]):
    """A person's work, over the last 500 answers but for the totals."""

    id = serializers.IntegerField(source="person.pk")
    username = serializers.CharField(source="person.username")
    display_name = serializers.SerializerMethodField()
    is_simulated = serializers.BooleanField(source="person.is_simulated")
    skills = serializers.ListField(child=serializers.CharField(), source="person.skills")
    is_paused = serializers.SerializerMethodField()
    n_choices = serializers.IntegerField()
    today = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)
    median_milliseconds = serializers.FloatField(allow_null=True)
    gold = ShareSerializer()
    self_consistency = ShareSerializer()
    left_share = ShareSerializer()
    agreement = ShareSerializer()
    weight = serializers.FloatField()
    flags = QualityFlagSerializer(many=True)

    def get_display_name(self, row: AnnotatorFigures) -> str:
        """The name to show."""
        return row.person.display_name or row.person.username

    def get_is_paused(self, row: AnnotatorFigures) -> bool:
        """Whether the person rests just now."""
        return AnnotatorPause.objects.filter(annotator=row.person).exists()


class WeekSerializer(serializers.Serializer[Any]):
    """One week of a person's work, named by its Monday (UTC)."""

    week = serializers.DateField()
    n = serializers.IntegerField()
    median_milliseconds = serializers.FloatField()
    left_share = ShareSerializer()
    gold = ShareSerializer()


class WithAnotherSerializer(serializers.Serializer[Any]):
    """How often a person agrees with one other."""

    person_id = serializers.IntegerField()
    username = serializers.CharField()
    is_simulated = serializers.BooleanField()
    agreement = ShareSerializer()


class AnnotatorDetailSerializer(AnnotatorSerializer):
    """A person's work with its weeks, and agreement with each other person."""

    weeks = WeekSerializer(many=True)
    with_others = WithAnotherSerializer(many=True)


class OverallAgreementSerializer(serializers.Serializer[Any]):
    """How often two people who both see a difference see the same; the interval is a bootstrap over objects."""

    n = serializers.IntegerField()
    n_targets = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class PairOfPeopleSerializer(serializers.Serializer[PairOfPeople]):
    """Two people."""

    one = serializers.CharField(source="one.username")
    one_id = serializers.IntegerField(source="one.pk")
    is_one_simulated = serializers.BooleanField(source="one.is_simulated")
    other = serializers.CharField(source="other.username")
    other_id = serializers.IntegerField(source="other.pk")
    is_other_simulated = serializers.BooleanField(source="other.is_simulated")
    agreement = ShareSerializer()


class WeighingSerializer(serializers.Serializer[Any]):
    """Whether weights from gold order known pairs better than counting everybody alike."""

    n_pairs = serializers.IntegerField()
    right_alike = serializers.IntegerField()
    right_weighted = serializers.IntegerField()
    helps = serializers.BooleanField()


class NamedCampaignSerializer(serializers.Serializer[Any]):
    """A campaign by its name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class PublishedAgreementSerializer(serializers.Serializer[Any]):
    """How far other people agreed, as they published it."""

    rate = serializers.FloatField()
    note = serializers.CharField()


class AgreementSerializer(serializers.Serializer[AgreementReport]):
    """How far people agree."""

    overall = OverallAgreementSerializer()
    alpha = serializers.FloatField(allow_null=True)
    human_ceiling = OverallAgreementSerializer(source="ceiling", help_text="Between real people alone")
    published = serializers.SerializerMethodField()
    pairs = PairOfPeopleSerializer(many=True)
    campaigns = NamedCampaignSerializer(many=True, help_text="Those that can be asked for alone")
    weights = WeighingSerializer()

    @extend_schema_field(PublishedAgreementSerializer)
    def get_published(self, report: AgreementReport) -> dict[str, Any]:
        """A figure from elsewhere to hold one's own beside."""
        return {"rate": PUBLISHED_AGREEMENT, "note": PUBLISHED_NOTE}
