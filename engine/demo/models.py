"""What only the demo knows: the true shapes that simulated annotators judge by."""

from django.db import models


class HiddenTruth(models.Model):
    """The shape that a rendered photo was made from. Never shown, never a training example."""

    target = models.OneToOneField("photos.TargetObject", on_delete=models.CASCADE, related_name="hidden_truth")
    glb_sha256 = models.CharField(max_length=64)
    family = models.CharField(max_length=60)
