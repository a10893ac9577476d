"""Training data, derived from raw history and re-derivable from it, and its frozen versions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class RecordKind(models.TextChoices):
    """Where the accepted shape came from."""

    MITL = "MITL-3DO", "A candidate that a person chose and rated at alpha or above"
    ART = "Art-3DO", "A mesh that an artist made and a reviewer approved"


class Record(models.Model):
    """One accepted shape for one target (D+). Names the choice or the upload that it follows from."""

    kind = models.CharField(max_length=10, choices=RecordKind.choices)
    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="records")
    choice = models.OneToOneField("annotation.Choice", null=True, on_delete=models.CASCADE, related_name="record")
    mesh_upload = models.OneToOneField(
        "artistry.MeshUpload", null=True, on_delete=models.CASCADE, related_name="record"
    )
    candidate = models.ForeignKey("candidates.Candidate", null=True, on_delete=models.PROTECT, related_name="+")
    glb_sha256 = models.CharField(max_length=64)
    pose = models.JSONField(null=True)
    rating = models.FloatField(null=True)
    is_simulated = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="MITL-3DO", choice__isnull=False, candidate__isnull=False, mesh_upload__isnull=True)
                | Q(kind="Art-3DO", mesh_upload__isnull=False, choice__isnull=True, candidate__isnull=True),
                name="record_has_one_origin",
            )
        ]


class PreferencePair(models.Model):
    """The accepted shape of a target (D+) against one that lost to it (D-), with the evidence."""

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="preference_pairs")
    choice = models.ForeignKey("annotation.Choice", null=True, on_delete=models.CASCADE, related_name="pairs")
    mesh_upload = models.ForeignKey("artistry.MeshUpload", null=True, on_delete=models.CASCADE, related_name="pairs")
    winner_glb_sha256 = models.CharField(max_length=64)
    winner_pose = models.JSONField(null=True)
    loser = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+")
    is_loser_own = models.BooleanField(help_text="Made by a checkpoint of ours: only such losers may train DPO")
    comparison_ids = ArrayField(models.BigIntegerField(), default=list, help_text="The comparisons that show it")
    is_simulated = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["choice", "loser"], name="pair_one_per_choice", condition=Q(choice__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["mesh_upload", "loser"], name="pair_one_per_upload", condition=Q(mesh_upload__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(choice__isnull=False, mesh_upload__isnull=True)
                | Q(choice__isnull=True, mesh_upload__isnull=False),
                name="pair_has_one_origin",
            ),
        ]


class Derivation(models.Model):
    """When records were derived, with which alpha, and what came out."""

    alpha = models.FloatField()
    n_choices = models.PositiveBigIntegerField()
    n_records = models.PositiveBigIntegerField()
    n_pairs = models.PositiveBigIntegerField()
    last_choice_id = models.PositiveBigIntegerField(default=0, help_text="History up to here has been looked at")
    derived_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class DatasetVersion(models.Model):
    """A frozen dataset, named by the digest of its manifest. Its lines lie in the blob store."""

    dataset_sha256 = models.CharField(max_length=64, unique=True)
    split = models.CharField(max_length=10)
    alpha = models.FloatField()
    manifest = models.JSONField(help_text="contracts.dataset.DatasetManifest")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class DatasetContributor(models.Model):
    """How much of a dataset version follows from one person's work: the answer to 'whose choices?'."""

    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="contributors")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    n_examples = models.PositiveIntegerField()
    n_pairs = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset_version", "person"], name="contributor_one_per_person")]
