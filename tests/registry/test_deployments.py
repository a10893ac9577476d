"""What is live, and back again."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from engine.core.errors import Conflict
from engine.registry.history import checkpoint_before
from engine.registry.models import Checkpoint, Deployment
from engine.registry.selectors import live_checkpoint
from engine.registry.services import deploy_checkpoint, publish_checkpoint, rollback_deployment
from tests.registry.checkpoints import write_checkpoint

DEPLOY, BACK = False, True


@pytest.mark.parametrize(
    ("history", "before"),
    [
        ([], None),
        ([(1, DEPLOY)], None),
        ([(1, DEPLOY), (2, DEPLOY)], 1),
        ([(1, DEPLOY), (1, DEPLOY)], None),
        ([(1, DEPLOY), (2, DEPLOY), (1, BACK)], None),
        ([(1, DEPLOY), (2, DEPLOY), (3, DEPLOY), (2, BACK)], 1),
        ([(1, DEPLOY), (2, DEPLOY), (1, BACK), (3, DEPLOY)], 1),
        ([(1, DEPLOY), (2, DEPLOY), (1, DEPLOY)], 2),
    ],
)
def test_a_rollback_goes_back_and_never_to_what_was_taken_off(history, before) -> None:
    assert checkpoint_before(history) == before


@pytest.fixture
def checkpoints(db: None, tmp_path: Path) -> list[Checkpoint]:
    made = []
    for number in range(3):
        write_checkpoint(tmp_path / str(number), number=number)
        made.append(publish_checkpoint(folder=tmp_path / str(number)))
    return made


def test_the_newest_deployment_is_live_and_deploying_it_again_writes_nothing(checkpoints: list[Checkpoint]) -> None:
    first, second, _ = checkpoints
    deploy_checkpoint(checkpoint=first, reason="first")
    deployed = deploy_checkpoint(checkpoint=second, reason="better")
    assert live_checkpoint() == second
    assert deploy_checkpoint(checkpoint=second, reason="again") == deployed
    assert Deployment.objects.count() == 2


def test_rolling_back_writes_history_and_ends_with_a_reason(checkpoints: list[Checkpoint], person) -> None:
    lead = person("ml_lead")
    for checkpoint in checkpoints:
        deploy_checkpoint(checkpoint=checkpoint, reason="next")
    assert rollback_deployment(reason="worse", by=lead).checkpoint == checkpoints[1]
    assert rollback_deployment(reason="worse still", by=lead).checkpoint == checkpoints[0]
    with pytest.raises(Conflict) as raised:
        rollback_deployment(reason="and again", by=lead)
    assert raised.value.code == "nothing_to_roll_back_to"
    assert [row.is_rollback for row in Deployment.objects.order_by("id")] == [False, False, False, True, True]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_roll_back_step_by_step(tmp_path: Path) -> None:
    for number in range(5):
        write_checkpoint(tmp_path / str(number), number=number)
        deploy_checkpoint(checkpoint=publish_checkpoint(folder=tmp_path / str(number)), reason="next")
    ids = list(Checkpoint.objects.order_by("id").values_list("id", flat=True))

    def click(_: int) -> int:
        try:
            return rollback_deployment(reason="worse", by=None).checkpoint_id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == ids[:4]
