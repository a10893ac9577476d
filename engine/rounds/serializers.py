"""JSON of rounds and lineages. Names are the glossary's."""

from typing import Any

from rest_framework import serializers

from engine.records.models import DatasetVersion
from engine.rounds.models import Evaluation, Round, RoundEvent, RoundState, TrainingRun, TrainingRunState

# What is smaller changes no weight that anybody could measure.
MIN_RATE_FACTOR = 1e-6


class StartRoundSerializer(serializers.Serializer[Any]):
    """Body of ``POST /api/rounds/``. What is left out takes the platform's or the recipe's value."""

    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    alpha = serializers.FloatField(min_value=0, max_value=1, required=False, allow_null=True)
    recipe = serializers.RegexField(r"^[a-z][a-z0-9_]{0,59}$", required=False)
    sft_steps = serializers.IntegerField(min_value=1, max_value=10_000_000, required=False, allow_null=True)
    dpo_steps = serializers.IntegerField(min_value=1, max_value=10_000_000, required=False, allow_null=True)
    rate_factor = serializers.FloatField(min_value=MIN_RATE_FACTOR, max_value=10, required=False)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)
    is_simulated_allowed = serializers.BooleanField(required=False)


class FrozenVersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    """A dataset version in few words."""

    n_examples = serializers.IntegerField(source="manifest.n_examples")
    n_pairs = serializers.IntegerField(source="manifest.n_pairs")

    class Meta:
        model = DatasetVersion
        fields = ["dataset_sha256", "split", "alpha", "n_examples", "n_pairs"]


class TrainingRunSerializer(serializers.ModelSerializer[TrainingRun]):
    """One stage and its live progress."""

    state = serializers.ChoiceField(choices=TrainingRunState.choices)
    checkpoint_sha256 = serializers.CharField(source="checkpoint.checkpoint_sha256", default=None, allow_null=True)
    metrics = serializers.DictField(child=serializers.FloatField())
    losses = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        help_text="The loss curve, thinned: pairs of step and loss",
    )

    class Meta:
        model = TrainingRun
        fields = [
            "id", "stage", "state", "state_reason", "step", "n_steps", "loss", "losses", "eta_seconds", "metrics",
            "log_tail", "attempts", "started_at", "finished_at", "checkpoint_sha256",
        ]  # fmt: skip


class IntervalSerializer(serializers.Serializer[Any]):
    """A mean with its 95% bootstrap interval."""

    mean = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class EvaluationSerializer(serializers.ModelSerializer[Evaluation]):
    """One checkpoint's scores on the held-out objects."""

    checkpoint_sha256 = serializers.CharField(source="checkpoint.checkpoint_sha256")
    role = serializers.ChoiceField(choices=["live", "challenger"])
    n_objects = serializers.IntegerField(source="summary.n_objects")
    voxel_iou = IntervalSerializer(source="summary.voxel_iou", default=None, allow_null=True)
    f1 = IntervalSerializer(source="summary.f1", default=None, allow_null=True)
    chamfer = IntervalSerializer(source="summary.chamfer", default=None, allow_null=True)

    class Meta:
        model = Evaluation
        fields = ["checkpoint_sha256", "role", "n_objects", "voxel_iou", "f1", "chamfer"]


class VerdictSerializer(serializers.Serializer[Any]):
    """What the gate decided."""

    is_accepted = serializers.BooleanField()
    code = serializers.CharField()
    reason = serializers.CharField()
    difference = IntervalSerializer(allow_null=True)
    n_objects = serializers.IntegerField()
    n_simulated_objects = serializers.IntegerField()
    min_objects = serializers.IntegerField()
    tolerance = serializers.FloatField()
    negligible = serializers.FloatField(default=None, allow_null=True)  # verdicts from before the rule had it lack it


class RoundEventSerializer(serializers.ModelSerializer[RoundEvent]):
    """One line of the timeline."""

    state = serializers.ChoiceField(choices=RoundState.choices)
    at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = RoundEvent
        fields = ["state", "note", "at"]


class RoundSummarySerializer(serializers.ModelSerializer[Round]):
    """A round as a list shows it."""

    state = serializers.ChoiceField(choices=RoundState.choices)
    started_by = serializers.CharField(source="started_by.username", default=None, allow_null=True)
    dataset_version = FrozenVersionSerializer(source="train_version", allow_null=True)
    heldout_version = FrozenVersionSerializer(allow_null=True)
    live_checkpoint_sha256 = serializers.CharField(
        source="live_checkpoint.checkpoint_sha256", default=None, allow_null=True
    )
    deployed_checkpoint_sha256 = serializers.CharField(
        source="deployment.checkpoint.checkpoint_sha256", default=None, allow_null=True
    )
    verdict = VerdictSerializer(allow_null=True)

    class Meta:
        model = Round
        fields = [
            "id", "name", "state", "state_reason", "alpha", "recipe", "seed", "sft_steps", "dpo_steps", "rate_factor",
            "is_simulated_allowed", "is_cancel_requested", "started_by", "created_at", "started_at", "finished_at",
            "dataset_version", "heldout_version", "live_checkpoint_sha256", "deployed_checkpoint_sha256", "verdict",
        ]  # fmt: skip


class RoundSerializer(RoundSummarySerializer):
    """A round with its stages, evaluations and timeline."""

    training_runs = TrainingRunSerializer(many=True)
    evaluations = EvaluationSerializer(many=True)
    timeline = RoundEventSerializer(source="events", many=True)

    class Meta(RoundSummarySerializer.Meta):
        fields = [*RoundSummarySerializer.Meta.fields, "training_runs", "evaluations", "timeline"]


class LineageCandidateSerializer(serializers.Serializer[Any]):
    """The candidate at the end of the chain."""

    id = serializers.UUIDField()
    target_id = serializers.IntegerField()
    generator = serializers.CharField()
    seed = serializers.IntegerField()
    steps = serializers.IntegerField()
    guidance = serializers.FloatField()
    seconds = serializers.FloatField()
    checkpoint_sha256 = serializers.CharField(source="checkpoint.checkpoint_sha256", default=None, allow_null=True)
    created_at = serializers.DateTimeField()


class ChainLinkSerializer(serializers.Serializer[Any]):
    """One checkpoint of the chain, and the round that made it."""

    checkpoint_sha256 = serializers.CharField(source="checkpoint.checkpoint_sha256")
    stage = serializers.CharField(source="checkpoint.stage")
    recipe = serializers.CharField(source="checkpoint.recipe")
    parent_sha256 = serializers.CharField(source="checkpoint.parent.checkpoint_sha256", default=None, allow_null=True)
    dataset_sha256 = serializers.CharField(source="checkpoint.dataset_sha256", allow_null=True)
    round_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField(source="checkpoint.created_at")


class LineageAnnotatorSerializer(serializers.Serializer[Any]):
    """One person whose choices a dataset version follows from."""

    username = serializers.CharField(source="person.username")
    is_simulated = serializers.BooleanField(source="person.is_simulated")
    n_choices = serializers.IntegerField(source="n_examples")
    n_pairs = serializers.IntegerField()


class LineageVersionSerializer(serializers.Serializer[Any]):
    """A dataset version of the chain and its contributors."""

    sha256 = serializers.CharField(source="dataset_sha256")
    split = serializers.CharField()
    alpha = serializers.FloatField()
    n_records = serializers.IntegerField(source="manifest.n_examples")
    n_pairs = serializers.IntegerField(source="manifest.n_pairs")
    annotators = LineageAnnotatorSerializer(source="contributors.all", many=True)


class LineageSerializer(serializers.Serializer[Any]):
    """A candidate's past: nearest checkpoint first."""

    candidate = LineageCandidateSerializer()
    checkpoint = ChainLinkSerializer(allow_null=True)
    chain = ChainLinkSerializer(many=True)
    dataset_versions = LineageVersionSerializer(many=True)
