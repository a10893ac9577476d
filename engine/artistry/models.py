"""Objects that no candidate got right, and the meshes that artists upload for them."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class ArtistJobState(models.TextChoices):
    """The way of a job."""

    OPEN = "open", "Waiting for an artist"
    TAKEN = "taken", "An artist works on it"
    IN_REVIEW = "in_review", "A mesh passed the checks and waits for a reviewer"
    APPROVED = "approved", "Done"


class ArtistJob(models.Model):
    """One target for which nothing was acceptable."""

    target = models.OneToOneField("photos.TargetObject", on_delete=models.PROTECT, related_name="artist_job")
    state = models.CharField(max_length=10, choices=ArtistJobState.choices, default=ArtistJobState.OPEN)
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state="open") | Q(artist__isnull=False), name="job_taken_by_somebody")
        ]
        indexes = [models.Index(fields=["state", "id"], name="job_by_state")]


class JobReject(models.Model):
    """A candidate that was refused for the job's target, with the reasons people gave."""

    job = models.ForeignKey(ArtistJob, on_delete=models.CASCADE, related_name="rejects")
    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+")
    reasons = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "candidate"], name="reject_one_per_candidate")]


class MeshUploadState(models.TextChoices):
    """The way of an uploaded mesh."""

    PENDING = "pending", "The upload has been signed; the file has not been checked yet"
    REFUSED = "refused", "The first checks found it unusable"
    CHECKED = "checked", "Passed the first checks; waits for review"
    REJECTED = "rejected", "A reviewer sent it back"
    APPROVED = "approved", "A reviewer accepted it"


class MeshUpload(models.Model):
    """One version of an artist's mesh. Versions are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(ArtistJob, on_delete=models.PROTECT, related_name="uploads")
    artist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=MeshUploadState.choices, default=MeshUploadState.PENDING)
    file_name = models.CharField(max_length=200)
    declared_size_bytes = models.PositiveBigIntegerField()
    declared_sha256 = models.CharField(max_length=64)
    glb_sha256 = models.CharField(max_length=64, null=True, help_text="Set once the first checks have passed")
    report = models.JSONField(default=dict, help_text="What the checks measured")
    refusal_reasons = ArrayField(models.TextField(), default=list)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    review_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "version"], name="upload_one_per_version"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "refused"]) | Q(glb_sha256__isnull=False),
                name="upload_checked_has_mesh",
            ),
        ]
