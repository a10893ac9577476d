"""People and their roles."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Role(models.TextChoices):
    """What a person may do. One person may have several; an admin may do everything."""

    ANNOTATOR = "annotator", "Annotator"
    ARTIST = "artist", "Artist"
    REVIEWER = "reviewer", "Reviewer"
    ML_LEAD = "ml_lead", "ML lead"
    ADMIN = "admin", "Admin"


class Person(AbstractUser):
    """Somebody who signs in, or a simulated annotator, which is marked so for ever."""

    display_name = models.CharField(max_length=120, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True)
    skills = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        db_default=[],
        help_text="Asked for by some campaigns, such as furniture or faces",
    )
    is_simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=[role.value for role in Role]), name="person_roles_known"
            )
        ]

    def has_any_role(self, *roles: str) -> bool:
        """Return whether the person has one of the roles; an admin has all of them."""
        return self.is_superuser or Role.ADMIN in self.roles or any(role in self.roles for role in roles)
