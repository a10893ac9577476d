"""Messages may be lost; what sent them may not fail."""

import pytest
from celery import current_app, shared_task
from django.db import transaction

from engine.core.messages import messages_waiting, publish
from tests.services import Services


@shared_task
def count_up(number: int) -> None:
    """Never run here: no worker listens."""


def waiting() -> int:
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.client.llen("default"))


@pytest.mark.django_db(transaction=True)
def test_a_message_leaves_when_the_transaction_commits() -> None:
    before = waiting()
    with transaction.atomic():
        publish(count_up, 1)
        assert waiting() == before
    assert waiting() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_transaction_that_fails_never_leaves() -> None:
    before = waiting()

    def fail() -> None:
        with transaction.atomic():
            publish(count_up, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert waiting() == before


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_fails_nobody(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    services.valkey.stop()
    try:
        publish(count_up, 1)
    finally:
        services.valkey.start()
        services.valkey.wait_ready(seconds=30)
    assert "message_not_sent" in caplog.text
    publish(count_up, 2)
    assert waiting() >= 1


@pytest.mark.django_db(transaction=True)
def test_waiting_messages_are_counted_and_an_unknown_queue_has_none() -> None:
    publish(count_up, 1)
    assert messages_waiting("default") == waiting() > 0
    assert messages_waiting("never-heard-of") == 0
