"""What can be done with assignments: open, claim, keep, give back, answer."""

from engine.annotation.services.claiming import ClaimedAssignment, claim_assignment
from engine.annotation.services.leases import Lease, release_assignment, renew_lease, save_draft
from engine.annotation.services.opening import open_ready_assignments
from engine.annotation.services.submitting import Submission, SubmittedChoice, submit_choice

__all__ = [
    "ClaimedAssignment",
    "Lease",
    "Submission",
    "SubmittedChoice",
    "claim_assignment",
    "open_ready_assignments",
    "release_assignment",
    "renew_lease",
    "save_draft",
    "submit_choice",
]
