"""Photos, the masked objects in them, and how their masks were corrected."""

from django.conf import settings
from django.db import models


class Photo(models.Model):
    """An upright photo. Its bytes lie in the blob store under ``photo_sha256``; the same bytes are one Photo."""

    photo_sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=40)
    credit = models.TextField(blank=True, help_text="Author, licence and source, if known")
    is_simulated = models.BooleanField(default=False, help_text="Rendered, not photographed")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class PointmapVersion(models.Model):
    """Where a photo's pixels lie in front of its camera, measured or estimated elsewhere. The highest version counts.

    Both blobs are .npy files, float32, (height, width, 3): the photo's own size, and a grid of it for pages.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="pointmaps", db_index=False)
    version = models.PositiveIntegerField()
    points_sha256 = models.CharField(max_length=64)
    grid_sha256 = models.CharField(max_length=64)
    known_share = models.FloatField(help_text="Of the photo's pixels, 0 to 1")
    focal = models.FloatField(help_text="Of the camera that it was made for: half image sides over the longer side")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "version"], name="pointmap_one_per_version")]


class Split(models.TextChoices):
    """Whether an object may ever train a model."""

    TRAIN = "train", "May train"
    HELDOUT = "heldout", "Only judges checkpoints, never trains one"


class TargetObject(models.Model):
    """One masked object of one photo: what candidates are made for. The split is fixed at birth."""

    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="targets")
    mask_sha256 = models.CharField(max_length=64, help_text="Of the mask that counts now")
    mask_version = models.PositiveIntegerField(default=0, db_default=0, help_text="Which of its MaskVersions that is")
    name = models.CharField(max_length=200, blank=True)
    bbox_x = models.PositiveIntegerField()
    bbox_y = models.PositiveIntegerField()
    bbox_width = models.PositiveIntegerField()
    bbox_height = models.PositiveIntegerField()
    area_fraction = models.FloatField(help_text="Share of the photo's pixels inside the mask, 0 to 1")
    split = models.CharField(max_length=10, choices=Split.choices, default=Split.TRAIN)
    is_mask_flagged = models.BooleanField(default=False, db_default=False, help_text="Somebody found its mask wrong")
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["photo", "mask_sha256"], name="target_one_per_mask"),
            models.CheckConstraint(
                condition=models.Q(area_fraction__gt=0, area_fraction__lt=1), name="target_area_inside_photo"
            ),
        ]
        # The sweep that looks for slots with candidates of an older mask: corrected targets are few among all.
        indexes = [models.Index(fields=["id"], name="target_corrected", condition=models.Q(mask_version__gt=0))]

    @property
    def mask_url(self) -> str:
        """Where its mask is; another address for each version, so that no browser shows an old one."""
        return mask_url(self.pk, self.mask_version)


def mask_url(target_id: int, version: int) -> str:
    """Return where the mask of a target is when this version of it counts."""
    return f"/api/assets/targets/{target_id}/mask?version={version}"


class MaskVersion(models.Model):
    """One mask that a target has had, for good: a correction adds the next one. Version 0 came with the target."""

    target = models.ForeignKey(TargetObject, on_delete=models.CASCADE, related_name="mask_versions", db_index=False)
    version = models.PositiveIntegerField()
    mask_sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was corrected; nothing for version 0")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target", "version"], name="mask_version_one_per_number")]
