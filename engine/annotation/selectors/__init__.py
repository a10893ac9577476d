"""What can be asked about tasks, choices and people's work."""

from engine.annotation.selectors.tasks import (
    EmptyReason,
    Progress,
    campaign_by_id,
    campaigns,
    empty_reason,
    progress_of,
)

__all__ = ["EmptyReason", "Progress", "campaign_by_id", "campaigns", "empty_reason", "progress_of"]
