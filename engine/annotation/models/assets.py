"""Files that a person's browser could not have: the shape is offered, and cannot be seen."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class AssetProblemKind(models.TextChoices):
    """What is wrong with a candidate's mesh, as far as a browser can tell."""

    MISSING = "missing", "There is no file"
    UNREADABLE = "unreadable", "There is a file, and it shows nothing"


class AssetProblem(models.Model):
    """That one person could not see one candidate. Told once a person, until somebody has put it right."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="+", db_index=False)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=10, choices=AssetProblemKind.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "kind", "annotator"],
                name="asset_problem_open_once",
                condition=Q(resolved_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["candidate"], name="asset_problem_candidate")]
