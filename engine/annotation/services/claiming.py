"""Hands out the next slot in one SQL statement, at a cost that does not depend on the length of the queue."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

MAX_HELD = 2
_ATTEMPTS = 5

# Each source is looked at only if the ones before it gave nothing:
#   mine     what this person holds already (a reloaded page, a lost answer), even past its time if nobody took it
#   drafted  where this person was interrupted
#   expired  what somebody else let run out: no sweep is needed, the claim itself judges it
#   fresh    the head of the queue
# What a person has answered is asked by a subquery that cannot become a join: a join may read her whole history.
# SKIP LOCKED keeps claimers from waiting for each other, and from getting the same row.
_CLAIM = """
WITH mine AS (
    SELECT id FROM annotation_assignment
    WHERE annotator_id = %(me)s AND state = 'held' AND NOT id = ANY(%(exclude)s)
    ORDER BY leased_at, id LIMIT 1
    FOR UPDATE
), idle AS (
    SELECT 1 WHERE NOT EXISTS (SELECT FROM mine)
    AND (SELECT count(*) FROM annotation_assignment WHERE annotator_id = %(me)s AND state = 'held') < %(max_held)s
), drafted AS (
    SELECT a.id FROM annotation_assignmentdraft d JOIN annotation_assignment a ON a.id = d.assignment_id
    WHERE EXISTS (SELECT FROM idle) AND d.annotator_id = %(me)s
        AND (a.state = 'open' OR a.state = 'held' AND a.lease_expires_at < now())
        AND (
            SELECT 1 FROM annotation_assignment b
            WHERE b.annotator_id = %(me)s AND b.target_id = a.target_id AND b.state IN ('held', 'submitted') LIMIT 1
        ) IS NULL
    ORDER BY d.updated_at DESC LIMIT 1
    FOR UPDATE OF a SKIP LOCKED
), expired AS (
    SELECT a.id FROM annotation_assignment a
    WHERE EXISTS (SELECT FROM idle) AND NOT EXISTS (SELECT FROM drafted)
        AND a.state = 'held' AND a.lease_expires_at < now()
        AND (
            SELECT 1 FROM annotation_assignment b
            WHERE b.annotator_id = %(me)s AND b.target_id = a.target_id AND b.state IN ('held', 'submitted') LIMIT 1
        ) IS NULL
    ORDER BY a.lease_expires_at LIMIT 1
    FOR UPDATE OF a SKIP LOCKED
), fresh AS (
    SELECT a.id FROM annotation_assignment a
    WHERE EXISTS (SELECT FROM idle) AND NOT EXISTS (SELECT FROM drafted) AND NOT EXISTS (SELECT FROM expired)
        AND a.state = 'open' AND a.slot < %(overlap)s
        AND (
            SELECT 1 FROM annotation_assignment b
            WHERE b.annotator_id = %(me)s AND b.target_id = a.target_id AND b.state IN ('held', 'submitted') LIMIT 1
        ) IS NULL
    ORDER BY a.priority DESC, a.slot, a.id LIMIT 1
    FOR UPDATE OF a SKIP LOCKED
), picked AS (
    SELECT id FROM mine UNION ALL SELECT id FROM drafted UNION ALL SELECT id FROM expired UNION ALL SELECT id FROM fresh
)
UPDATE annotation_assignment a
SET state = 'held',
    annotator_id = %(me)s,
    lease_token = CASE WHEN a.id IN (SELECT id FROM mine) THEN a.lease_token ELSE gen_random_uuid() END,
    leased_at = CASE WHEN a.id IN (SELECT id FROM mine) THEN a.leased_at ELSE now() END,
    lease_expires_at = now() + make_interval(secs => %(lease_seconds)s)
FROM picked, photos_targetobject t, photos_photo p
WHERE a.id = picked.id AND t.id = a.target_id AND p.id = t.photo_id
RETURNING a.id, a.lease_token, a.lease_expires_at, now(), t.id, p.id, p.width, p.height, a.candidate_ids,
    (SELECT d.body FROM annotation_assignmentdraft d WHERE d.assignment_id = a.id AND d.annotator_id = %(me)s)
"""


@dataclass(frozen=True, kw_only=True)
class ClaimedAssignment:
    """One slot in a person's hands until ``lease_expires_at``. Names no generator and no checkpoint."""

    id: int
    lease_token: UUID
    lease_expires_at: datetime
    server_time: datetime
    target_id: int
    photo_id: int
    width: int
    height: int
    candidate_ids: list[UUID]
    draft: Any


def _run_claim(parameters: dict[str, Any]) -> ClaimedAssignment | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    assignment_id, token, expires_at, server_time, target_id, photo_id, width, height, candidate_ids, draft = row
    return ClaimedAssignment(
        id=assignment_id, lease_token=token, lease_expires_at=expires_at, server_time=server_time,
        target_id=target_id, photo_id=photo_id, width=width, height=height, candidate_ids=candidate_ids,
        draft=json.loads(draft) if isinstance(draft, str) else draft,
    )  # fmt: skip


def claim_assignment(*, annotator_id: int, exclude: Sequence[int] = ()) -> ClaimedAssignment | None:
    """Give the person a slot, or None if there is none for her (selectors.empty_reason says why).

    Re-entrant: a slot that she holds and that is not in ``exclude`` is given back with its lease renewed. With
    ``exclude`` she may hold one more, MAX_HELD at most. Never a target that she holds or has answered.
    """
    environment = settings.ENVIRONMENT
    parameters = {
        "me": annotator_id, "exclude": list(exclude), "max_held": MAX_HELD,
        "overlap": environment.annotation_overlap, "lease_seconds": environment.lease_seconds,
    }  # fmt: skip
    for attempt in range(_ATTEMPTS):
        try:
            # Inside somebody's transaction the savepoint keeps it usable; outside it, one statement needs none.
            if connection.in_atomic_block:
                with transaction.atomic():
                    return _run_claim(parameters)
            return _run_claim(parameters)
        except IntegrityError:
            # Two tabs of one person reached for two slots of the same target at once: the other one has it.
            if attempt == _ATTEMPTS - 1:
                raise
    return None
