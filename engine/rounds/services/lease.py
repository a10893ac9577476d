"""The lease of the one worker that holds a round: claimed by UPDATE, renewed by a thread, fenced by a token."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from datetime import timedelta
from types import TracebackType

import structlog
from django.db import Error as DatabaseError
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from engine.core.clock import now
from engine.rounds.models import ACTIVE_STATES, Round, RoundEvent, RoundState

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker may hold the round by now: stop, and write nothing more."""


class CancelRequested(Exception):
    """A person asked for the round to stop."""


class WorkerStopping(Exception):
    """This worker was told to end: save what there is and let another go on."""


# Set once, when the worker process is told to end.
worker_is_stopping = threading.Event()


def claim_round(*, round_id: int, worker_token: uuid.UUID, lease_seconds: float) -> bool:
    """Take a queued round, or an active one whose lease ran out. False: nothing to do, or another round is active."""
    moment = now()
    mine = {"worker_token": worker_token, "lease_expires_at": moment + timedelta(seconds=lease_seconds)}
    rows = Round.objects.filter(pk=round_id)
    free = Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lt=moment)
    if rows.filter(free, state__in=ACTIVE_STATES).update(state_reason="", **mine):
        return True
    try:
        with transaction.atomic():
            begun = rows.filter(state=RoundState.QUEUED).update(
                state=RoundState.FREEZING, started_at=Coalesce("started_at", Now()), **mine
            )
            if begun:
                RoundEvent.objects.create(round_id=round_id, state=RoundState.FREEZING)
    except IntegrityError:
        # round_one_active: it waits in the queue until the other has ended.
        return False
    return bool(begun)


class Heartbeat:
    """Renews the lease from a thread for as long as the block runs, so that a long upload cannot lose it.

    ``check`` tells the worker's own thread what the heartbeat found.
    """

    def __init__(self, *, round_id: int, worker_token: uuid.UUID, lease_seconds: float) -> None:
        self.round_id = round_id
        self.worker_token = worker_token
        self._lease_seconds = lease_seconds
        self._held_until = time.monotonic() + lease_seconds
        self._is_lost = False
        self._is_cancel_requested = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"round-{round_id}-heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        """Start renewing."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop renewing. The lease itself is left as it is: the round's state says whether it still matters."""
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raise LeaseLost, CancelRequested or WorkerStopping; cheap, so ask before every step and every second."""
        # Judged by our own clock too: while the database was away, another worker may have claimed the round.
        if self._is_lost or time.monotonic() > self._held_until:
            raise LeaseLost
        if self._is_cancel_requested:
            raise CancelRequested
        if worker_is_stopping.is_set():
            raise WorkerStopping

    def _renew(self) -> None:
        pause = min(self._lease_seconds / 4, 1.0)
        try:
            while not self._ended.is_set() and not self._is_lost:
                asked_at = time.monotonic()
                with contextlib.suppress(DatabaseError):
                    self._renew_once(asked_at)
                self._ended.wait(pause)
        finally:
            connection.close()

    def _renew_once(self, asked_at: float) -> None:
        try:
            rows = Round.objects.filter(pk=self.round_id, worker_token=self.worker_token)
            renewed = rows.update(lease_expires_at=now() + timedelta(seconds=self._lease_seconds))
            if not renewed:
                self._is_lost = True
                return
            self._held_until = asked_at + self._lease_seconds
            self._is_cancel_requested = rows.filter(is_cancel_requested=True).exists()
        except DatabaseError as error:
            log.warning("lease_not_renewed", round_id=self.round_id, error=str(error))
            connection.close()
            raise
