"""Sends Celery messages that may be lost: the row they point at is the truth, and a sweep finds it again."""

from functools import partial
from typing import Any

import structlog
from celery import Task, current_app
from django.db import transaction
from kombu.exceptions import ChannelError, KombuError
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


def messages_waiting(queue: str) -> int:
    """Return how many messages of a queue no worker has taken yet; 0 when the broker is down or knows no such queue."""
    try:
        with current_app.connection_for_read() as broker:
            channel: Any = broker.default_channel
            return int(channel.queue_declare(queue, passive=True).message_count)
    except (*_BROKER_ERRORS, ChannelError):
        return 0
