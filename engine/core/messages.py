"""Sends Celery messages that may be lost: the row they point at is the truth, and a sweep finds it again."""

from functools import partial
from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

_BROKER_ERRORS = (KombuError, RedisError, OSError)


def publish(task: Task[..., Any], *args: Any) -> None:
    """Send ``task(*args)`` once the current transaction has committed; at once where there is none.

    A broker that is down is logged and never fails the caller: what the message would have started waits in its
    row for the beat schedule's sweep.
    """
    transaction.on_commit(partial(_send, task, args))


def _send(task: Task[..., Any], args: tuple[Any, ...]) -> None:
    try:
        # No retries here: a person waits for this answer, and the sweep is the retry.
        task.apply_async(args, retry=False)
    except _BROKER_ERRORS as error:
        log.warning("message_not_sent", task=task.name, args=args, error=str(error))
