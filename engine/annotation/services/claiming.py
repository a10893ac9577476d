"""Hands out the next task."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from engine.annotation.services.claim_sql import CLAIM, EXTRA

# The one in front of her and two that are fetched ahead.
MAX_HELD = 3
PRACTICE_TASKS = 5
# So many answers lie between a task and its repetition: more than anybody remembers.
REPEAT_DISTANCE = 20
# Repetitions are drawn from so many answers before that; without a bound, the draw would read a person's whole life.
_REPEAT_POOL = 200
_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class ShownCampaign:
    """What a person is told about the campaign of her task."""

    id: int
    name: str
    instructions: str
    is_practice: bool


@dataclass(frozen=True, kw_only=True)
class ClaimedAssignment:
    """One slot in a person's hands until ``lease_expires_at``.

    Names no generator and no checkpoint, and does not tell a gold or a repeated task from another.
    """

    id: int
    lease_token: UUID
    lease_expires_at: datetime
    server_time: datetime
    target_id: int
    photo_id: int
    width: int
    height: int
    candidate_ids: list[UUID]
    lod_ids: frozenset[UUID]
    poses: dict[UUID, dict[str, Any]]
    mask_version: int
    campaign: ShownCampaign
    draft: Any


def _shown(row: tuple[Any, ...]) -> ClaimedAssignment:
    assignment_id, token, expires_at, server_time, target_id, photo_id, width, height, candidate_ids = row[:9]
    mask_version, campaign_id, name, instructions, is_practice, draft, lod_ids, poses = row[9:17]
    return ClaimedAssignment(
        id=assignment_id, lease_token=token, lease_expires_at=expires_at, server_time=server_time,
        target_id=target_id, photo_id=photo_id, width=width, height=height, candidate_ids=candidate_ids,
        lod_ids=frozenset(lod_ids), mask_version=mask_version,
        poses={UUID(key): pose for key, pose in (_loaded(poses) or {}).items()},
        campaign=ShownCampaign(id=campaign_id, name=name, instructions=instructions, is_practice=is_practice),
        draft=_loaded(draft),
    )  # fmt: skip


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _run(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    # Django's cursor looks after the connection; psycopg's own binds at the server. Planning the statement takes longer
    # than running it, so each connection plans it once and keeps the plan.
    with connection.cursor(), connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _run_claim(parameters: dict[str, Any]) -> ClaimedAssignment | None:
    row = _run(CLAIM, parameters)
    if row is None and parameters["campaign_id"] is not None:
        row = _run(EXTRA, parameters | {"fresh_id": None, "is_gold": True})
        return None if row is None else _shown(row)
    if row is None:
        return None
    claimed = _shown(row)
    is_fresh, gold_rate, repeat_rate = row[17:]
    dice = random.random()
    if is_fresh and dice < gold_rate + repeat_rate:
        # Should this process end between the two statements, the person holds an ordinary task, which is as well.
        extra = _run(
            EXTRA,
            parameters | {"campaign_id": claimed.campaign.id, "fresh_id": claimed.id, "is_gold": dice < gold_rate},
        )
        return claimed if extra is None else _shown(extra)
    return claimed


def claim_assignment(
    *, annotator_id: int, exclude: Sequence[int] = (), campaign_id: int | None = None
) -> ClaimedAssignment | None:
    """Give the person a slot, or None if there is none for her (selectors.empty_reason says why).

    Re-entrant: a slot that she holds and that is not in ``exclude`` is given back with its lease renewed. With
    ``exclude`` she may hold more, MAX_HELD at most. Never a target that she holds, has answered or skipped, but
    for the repetitions that her campaign asks for. With ``campaign_id`` from that campaign alone; practice campaigns
    are handed out in no other way.
    """
    parameters = {
        "me": annotator_id, "exclude": list(exclude), "campaign_id": campaign_id, "max_held": MAX_HELD,
        "lease_seconds": settings.ENVIRONMENT.lease_seconds, "practice_tasks": PRACTICE_TASKS,
        "repeat_distance": REPEAT_DISTANCE, "repeat_pool": _REPEAT_POOL,
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
