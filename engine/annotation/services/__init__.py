"""What can be done with assignments and choices: open, claim, keep, give back, answer, revise, judge."""

from engine.annotation.answer import Submission
from engine.annotation.services.campaigns import (
    change_campaign,
    create_campaign,
    move_targets,
    pause_annotator,
    resume_annotator,
)
from engine.annotation.services.claiming import ClaimedAssignment, claim_assignment
from engine.annotation.services.gold import change_gold_pair, create_gold_pair
from engine.annotation.services.leases import Lease, release_assignment, renew_lease, save_draft, skip_assignment
from engine.annotation.services.mask_flags import decide_mask_flag, flag_mask, resolve_mask_flags
from engine.annotation.services.opening import open_ready_assignments
from engine.annotation.services.submitting import SubmittedChoice, submit_choice

__all__ = [
    "ClaimedAssignment",
    "Lease",
    "Submission",
    "SubmittedChoice",
    "change_campaign",
    "change_gold_pair",
    "claim_assignment",
    "create_campaign",
    "create_gold_pair",
    "decide_mask_flag",
    "flag_mask",
    "move_targets",
    "open_ready_assignments",
    "pause_annotator",
    "release_assignment",
    "renew_lease",
    "resolve_mask_flags",
    "resume_annotator",
    "save_draft",
    "skip_assignment",
    "submit_choice",
]
