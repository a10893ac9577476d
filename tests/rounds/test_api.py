"""Rounds over HTTP: what is refused, and how it is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.rounds.launchers.fake import FakeLauncher
from engine.rounds.services import advance_round
from tests.flow.wheel import deploy_base_checkpoint, prepare_records

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_a_round_needs_a_live_checkpoint(person: Callable[..., Any], api: Callable[..., Any]) -> None:
    answer = api(person("ml_lead")).post("/api/rounds/", {}, format="json")
    assert (answer.status_code, code_of(answer)) == (400, "no_checkpoint")


def test_a_round_needs_records(person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    answer = api(person("ml_lead")).post("/api/rounds/", {}, format="json")
    assert (answer.status_code, code_of(answer)) == (400, "no_records")


def test_records_below_alpha_do_not_count(person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"), rating=0.6)
    client = api(person("ml_lead"))
    answer = client.post("/api/rounds/", {"alpha": 0.9}, format="json")
    assert (answer.status_code, code_of(answer)) == (400, "no_records")
    answer = client.post("/api/rounds/", {"alpha": 0.2}, format="json")
    assert (answer.status_code, code_of(answer)) == (400, "alpha_below_records")


def test_simulated_choices_may_be_kept_out_of_training(
    person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path
) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator", is_simulated=True))
    answer = api(person("ml_lead")).post("/api/rounds/", {"is_simulated_allowed": False}, format="json")
    assert (answer.status_code, code_of(answer)) == (400, "no_records")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"alpha": 1.5}, "alpha"),
        ({"alpha": "much"}, "alpha"),
        ({"sft_steps": 0}, "sft_steps"),
        ({"seed": -1}, "seed"),
        ({"rate_factor": 0}, "rate_factor"),
        ({"rate_factor": 11}, "rate_factor"),
        ({"rate_factor": "nan"}, "rate_factor"),
        ({"recipe": "../etc"}, "recipe"),
        ({"name": "x" * 200}, "name"),
    ],
)
def test_a_wrong_field_is_named(
    body: dict[str, Any], field: str, person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    answer = api(person("ml_lead")).post("/api/rounds/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("role", ["annotator", "artist", "reviewer"])
def test_only_an_ml_lead_may_start_a_round(role: str, person: Callable[..., Any], api: Callable[..., Any]) -> None:
    assert api(person(role)).post("/api/rounds/", {}, format="json").status_code == 403


def test_what_does_not_exist_is_404(person: Callable[..., Any], api: Callable[..., Any]) -> None:
    client = api(person("ml_lead"))
    assert client.get("/api/rounds/999/").status_code == 404
    assert client.post("/api/rounds/999/cancel/").status_code == 404
    assert client.get("/api/candidates/00000000-0000-4000-8000-000000000000/lineage/").status_code == 404


def test_an_ended_round_cannot_be_cancelled_and_a_good_one_not_retried(
    person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path
) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    client = api(person("ml_lead"))
    round_id = client.post("/api/rounds/", {}, format="json").json()["id"]
    advance_round(round_id=round_id, launcher=FakeLauncher())
    answer = client.post(f"/api/rounds/{round_id}/cancel/")
    assert (answer.status_code, code_of(answer)) == (409, "round_ended")
    answer = client.post(f"/api/rounds/{round_id}/retry/")
    assert (answer.status_code, code_of(answer)) == (409, "not_failed")
    listed = client.get("/api/rounds/").json()["results"]
    assert [(one["id"], one["state"]) for one in listed] == [(round_id, "deployed")]


def test_too_few_heldout_objects_refuse_the_challenger_with_the_count(
    person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path
) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"), n_heldout=0)
    client = api(person("ml_lead"))
    round_id = client.post("/api/rounds/", {}, format="json").json()["id"]
    advance_round(round_id=round_id, launcher=FakeLauncher(gain=0.3))
    refused = client.get(f"/api/rounds/{round_id}/").json()
    assert (refused["state"], refused["verdict"]["code"]) == ("refused", "too_few_objects")
    assert refused["evaluations"] == []
