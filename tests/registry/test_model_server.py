"""The model server is made to hold what is live; when it cannot, the reason is kept and shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.registry.models import Checkpoint, ModelServerReport
from engine.registry.services import deploy_checkpoint, publish_checkpoint, rollback_deployment, sync_model_server
from tests.registry.checkpoints import write_checkpoint
from tests.registry.model_servers import ContractServer, contract_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[ContractServer]:
    with contract_server() as running:
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(
            update={"model_server_url": running.url, "model_server_token": SecretStr("secret")}
        )
        yield running


@pytest.fixture
def two(db: None, tmp_path: Path) -> list[Checkpoint]:
    for number in (1, 2):
        write_checkpoint(tmp_path / str(number), number=number)
    made = [publish_checkpoint(folder=tmp_path / str(number)) for number in (1, 2)]
    for checkpoint in made:
        deploy_checkpoint(checkpoint=checkpoint, reason="next")
    return made


def state(api, person) -> dict[str, Any]:
    lead = person("ml_lead")
    body: dict[str, Any] = api(lead).get("/api/model-server/").json()
    return body


def test_the_live_checkpoint_is_loaded_once_and_a_rollback_loads_the_one_before(
    server: ContractServer, two: list[Checkpoint], api, person
) -> None:
    sync_model_server()
    sync_model_server()
    assert (server.held, server.loads) == (two[1].checkpoint_sha256, 1)
    assert server.tokens == {"Bearer secret"}
    rollback_deployment(reason="worse", by=None)
    sync_model_server()
    assert server.held == two[0].checkpoint_sha256
    assert state(api, person) == {
        "status": "ready", "checkpoint_sha256": server.held, "is_in_sync": True, "error": None,
    }  # fmt: skip


def test_a_restarted_server_is_loaded_again(server: ContractServer, two: list[Checkpoint]) -> None:
    sync_model_server()
    server.held = None
    sync_model_server()
    assert server.held == two[1].checkpoint_sha256


@pytest.mark.usefixtures("two")
def test_why_a_load_failed_is_kept_and_shown(server: ContractServer, api, person) -> None:
    answer = server.answer

    def refuse_loads(route: str, body: bytes) -> tuple[int, bytes]:
        return (422, b'{"field": null, "reason": "out of memory"}') if route == "/load" else answer(route, body)

    server.answer = refuse_loads  # type: ignore[method-assign]
    sync_model_server()
    assert "out of memory" in ModelServerReport.objects.get().error
    body = state(api, person)
    assert (body["status"], body["is_in_sync"]) == ("empty", False)
    assert "out of memory" in body["error"]
    server.answer = answer  # type: ignore[method-assign]
    sync_model_server()
    assert ModelServerReport.objects.get().error == ""


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"status": "ready"}'])
@pytest.mark.usefixtures("two")
def test_garbage_is_an_error_and_no_crash(server: ContractServer, api, person, body: bytes) -> None:
    server.refusal = (200, body)
    sync_model_server()
    assert "cannot be read" in ModelServerReport.objects.get().error
    assert state(api, person)["status"] == "down"


@pytest.mark.usefixtures("two")
def test_a_server_that_is_down_is_shown_as_down(api, person) -> None:
    sync_model_server()
    body = state(api, person)
    assert (body["status"], body["is_in_sync"]) == ("down", False)
    assert "cannot be reached" in body["error"]


def test_checkpoints_and_deployments_are_listed_newest_first(two: list[Checkpoint], api, person) -> None:
    client = api(person("ml_lead", username="ada"))
    rows = client.get("/api/checkpoints/").json()["results"]
    assert [row["checkpoint_sha256"] for row in rows] == [one.checkpoint_sha256 for one in reversed(two)]
    assert rows[0]["metrics"] == {"loss": 0.5}
    assert client.get(f"/api/checkpoints/{two[0].checkpoint_sha256}/").json() == rows[1]
    assert client.post("/api/deployments/rollback/", {}).status_code == 400
    rolled = client.post("/api/deployments/rollback/", {"reason": "holes in every cup"})
    assert (rolled.status_code, rolled.json()["deployed_by"]) == (201, "ada")
    assert client.post("/api/deployments/rollback/", {"reason": "again"}).status_code == 409
    newest = client.get("/api/deployments/").json()["results"][0]
    assert newest == rolled.json()
