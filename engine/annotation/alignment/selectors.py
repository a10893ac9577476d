"""What is known of where shapes stand."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from engine.annotation.alignment.models import Alignment


def placed_poses(candidate_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the pose of the latest alignment of each of these candidates that has one, for the standard camera."""
    rows = Alignment.objects.filter(candidate__in=set(candidate_ids)).order_by("candidate", "-pk")
    return dict(rows.distinct("candidate").values_list("candidate", "standard_pose"))
