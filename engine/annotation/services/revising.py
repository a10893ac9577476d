"""Corrections: one's own, as a new revision; and a reviewer's word, which settles a target."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from engine.accounts.models import Person, Role
from engine.annotation.answer import Submission
from engine.annotation.models import Assignment, AssignmentKind, AssignmentState, Choice
from engine.annotation.services.storing import store_choice
from engine.annotation.services.submitting import SubmittedChoice, keys_used_once, refuse_broken
from engine.candidates.models import Candidate
from engine.core.clock import now
from engine.core.errors import Conflict, NotFound
from engine.photos.models import TargetObject

# After that an answer is history: records, datasets and checkpoints may rest on it.
REVISABLE_FOR = timedelta(days=7)


def _stored_by_key(person: Person, key: UUID, *, target_id: int) -> SubmittedChoice | None:
    """Return what an earlier sending of the same correction stored."""
    sent = Choice.objects.filter(annotator=person, idempotency_key=key, target=target_id)
    stored = sent.exclude(revision_reason="").first()
    return None if stored is None else SubmittedChoice(choice_id=stored.pk, is_new=False)


def why_final(choice: Choice, *, first_at: timedelta) -> str | None:
    """Return the code that says why a choice cannot be revised any more, or None. ``first_at``: age of revision 0."""
    if choice.assignment.campaign.is_practice:
        return "practice_is_final"
    return "revision_too_late" if first_at > REVISABLE_FOR else None


_SENTENCES = {
    "practice_is_final": "Practice is not corrected: take the next task.",
    "revision_too_late": "An answer can be corrected for seven days. Ask a reviewer.",
}


def _revise_own(
    choice: Choice, *, person: Person, reason: str, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    assignment = Assignment.objects.select_for_update().get(pk=choice.assignment_id)
    revisions = Choice.objects.filter(assignment=assignment)
    first, latest = revisions.earliest("revision"), revisions.latest("revision")
    if stored := _stored_by_key(person, idempotency_key, target_id=choice.target_id):
        return stored
    if latest.pk != choice.pk:
        raise Conflict("This answer was corrected meanwhile. Look at the newest version first.", code="revised_already")
    if (code := why_final(choice, first_at=now() - first.created_at)) is not None:
        raise Conflict(_SENTENCES[code], code=code)
    refuse_broken(submission, shown_ids=assignment.candidate_ids)
    choice_id = store_choice(
        submission, assignment=assignment, annotator=person, idempotency_key=idempotency_key,
        revision=latest.revision + 1, revision_reason=reason,
    )  # fmt: skip
    return SubmittedChoice(choice_id=choice_id, is_new=True)


def revise_choice(
    *, person: Person, choice_id: int, reason: str, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    """Store a corrected answer as a new revision; the old one stays as it was.

    One's own within a week; a reviewer who corrects somebody else's answer settles its target. The same key sent
    again returns what was stored. Raises NotFound, Conflict, InvalidInput.
    """
    choice = Choice.objects.select_related("assignment__campaign").filter(pk=choice_id).first()
    is_own = choice is not None and choice.annotator_id == person.pk
    if choice is None or not (is_own or person.has_any_role(Role.REVIEWER)):
        raise NotFound("There is no such answer of yours.", code="choice_missing")
    with keys_used_once(), transaction.atomic():
        if is_own and choice.kind != AssignmentKind.ADJUDICATION:
            return _revise_own(
                choice, person=person, reason=reason, idempotency_key=idempotency_key, submission=submission
            )
        return _settle(
            choice.target_id, shown_ids=choice.shown_ids, reviewer=person, reason=reason,
            idempotency_key=idempotency_key, submission=submission,
        )  # fmt: skip


def adjudicate(
    *, reviewer: Person, target_id: int, reason: str, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    """Settle what people disagree about: from now on this answer alone counts for the target.

    Settling again is a new revision. Raises NotFound, Conflict without answers to settle, InvalidInput.
    """
    with keys_used_once(), transaction.atomic():
        shown_ids = list(Candidate.objects.filter(target=target_id).order_by("pk").values_list("pk", flat=True))
        return _settle(
            target_id, shown_ids=shown_ids, reviewer=reviewer, reason=reason, idempotency_key=idempotency_key,
            submission=submission,
        )  # fmt: skip


def _settle(
    target_id: int, *, shown_ids: Sequence[UUID], reviewer: Person, reason: str, idempotency_key: UUID,
    submission: Submission,
) -> SubmittedChoice:  # fmt: skip
    # Two reviewers at once: the second one's word is a revision of the first one's.
    if not TargetObject.objects.select_for_update(no_key=True).filter(pk=target_id).exists():
        raise NotFound("There is no such object.", code="target_unknown")
    if stored := _stored_by_key(reviewer, idempotency_key, target_id=target_id):
        return stored
    if not Choice.objects.filter(target=target_id, kind=AssignmentKind.CHOICE).exists():
        raise Conflict("Nobody has answered this object yet.", code="nothing_to_adjudicate")
    refuse_broken(submission, shown_ids=list(shown_ids))
    place, _ = Assignment.objects.update_or_create(
        target_id=target_id, kind=AssignmentKind.ADJUDICATION,
        defaults={
            "annotator": reviewer, "state": AssignmentState.SUBMITTED, "slot": 0, "candidate_ids": list(shown_ids),
        },
    )  # fmt: skip
    choice_id = store_choice(
        submission, assignment=place, annotator=reviewer, idempotency_key=idempotency_key,
        revision=Choice.objects.filter(assignment=place).count(), revision_reason=reason,
    )  # fmt: skip
    return SubmittedChoice(choice_id=choice_id, is_new=True)
