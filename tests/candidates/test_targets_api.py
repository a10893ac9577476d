"""What became of each object, and another try."""

from typing import Any

import httpx
import pytest

from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.generators.port import GeneratorError
from engine.candidates.models import Candidate, GenerationRequest
from engine.candidates.services.generation import run_generation
from engine.candidates.services.requests import request_candidates
from engine.photos.models import Split, TargetObject
from engine.photos.services.targets import create_target
from engine.photos.splits import is_held_out
from tests.candidates.factories import make_candidates, make_photo, make_target, mask_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]


@pytest.fixture
def lead(person, api) -> Any:
    return api(person("ml_lead"))


def failed_request(target: TargetObject) -> GenerationRequest:
    (request,) = request_candidates(target=target)
    error = GeneratorError("The object is cut off by the edge.", is_retryable=False)
    run_generation(request_id=request.pk, factory=lambda *_: FakeGenerator(error=error))
    return request


def test_targets_are_listed_by_status(lead) -> None:
    waiting, ready, failed = make_target(), make_target(), make_target()
    request_candidates(target=waiting)
    run_generation(request_id=request_candidates(target=ready)[0].pk)
    failed_request(failed)

    def ids(query: str) -> list[int]:
        return [row["id"] for row in lead.get(f"/api/targets/{query}").json()["results"]]

    assert ids("") == [failed.pk, ready.pk, waiting.pk]
    assert (ids("?status=waiting"), ids("?status=ready"), ids("?status=failed")) == (
        [waiting.pk], [ready.pk], [failed.pk],
    )  # fmt: skip
    assert lead.get("/api/targets/?status=nonsense").status_code == 400


def test_one_candidate_is_too_few_to_compare(lead) -> None:
    target = make_target()
    make_candidates(target, 1)
    assert lead.get(f"/api/targets/{target.pk}/").json()["status"] == "failed"


def test_a_failure_shows_its_reason_and_is_retried_from_the_page(lead) -> None:
    target = make_target()
    request = failed_request(target)
    (row,) = lead.get("/api/generation-requests/?state=failed").json()["results"]
    assert (row["id"], row["failure_reason"]) == (request.pk, "The object is cut off by the edge.")
    assert lead.post(f"/api/generation-requests/{request.pk}/retry/").json()["state"] == "waiting"
    assert lead.post(f"/api/generation-requests/{request.pk}/retry/").status_code == 409
    run_generation(request_id=request.pk)
    assert lead.get(f"/api/targets/{target.pk}/").json()["status"] == "ready"


def test_proposing_again_adds_a_batch_of_other_candidates(lead) -> None:
    target = make_target()
    run_generation(request_id=request_candidates(target=target)[0].pk)
    body = lead.post(f"/api/targets/{target.pk}/propose/").json()
    assert [(row["batch"], row["state"]) for row in body["generation_requests"]] == [(0, "done"), (1, "waiting")]
    run_generation(request_id=body["generation_requests"][1]["id"])
    assert lead.get(f"/api/targets/{target.pk}/").json()["candidate_count"] == 6


def test_a_target_shows_its_candidates_and_their_bytes(lead) -> None:
    target = make_target()
    make_candidates(target, 2)
    candidates = lead.get(f"/api/targets/{target.pk}/").json()["candidates"]
    assert [one["generator"] for one in candidates] == ["network", "network"]
    for url, start in ((candidates[0]["mesh_url"], b"glTF"), (candidates[0]["preview_url"], b"\x89PNG")):
        answer = lead.get(url)
        assert httpx.get(answer.headers["Location"]).content.startswith(start)
        assert "private" in answer.headers["Cache-Control"]


def test_a_coarse_copy_is_offered_only_where_there_is_one(lead) -> None:
    target = make_target()
    with_lod, without = make_candidates(target, 2)
    Candidate.objects.filter(pk=with_lod.pk).update(lod_sha256=with_lod.glb_sha256)
    urls = {one["id"]: one["lod_url"] for one in lead.get(f"/api/targets/{target.pk}/").json()["candidates"]}
    assert urls[str(without.pk)] is None
    assert httpx.get(lead.get(urls[str(with_lod.pk)]).headers["Location"]).content.startswith(b"glTF")
    missing = lead.get(f"/api/assets/candidates/{without.pk}/lod")
    assert (missing.status_code, missing.json()["errors"][0]["code"]) == (404, "lod_missing")


def test_long_lists_come_in_pages_that_do_not_move(lead) -> None:
    targets = [make_target().pk for _ in range(5)]
    first = lead.get("/api/targets/?limit=2").json()
    make_target()
    second = lead.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + second["results"]] == targets[:0:-1]


def test_lists_cost_the_same_number_of_queries_however_long(lead, django_assert_max_num_queries) -> None:
    for _ in range(6):
        request_candidates(target=make_target())
    for url in ("/api/photos/", "/api/targets/"):
        with django_assert_max_num_queries(6):
            assert len(lead.get(url).json()["results"]) == 6


def test_all_objects_of_a_photo_stand_on_one_side(settings) -> None:
    photo = make_photo()
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"heldout_fraction": 0.9})
    first, _ = create_target(photo=photo, mask_png=mask_bytes())
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"heldout_fraction": 0.0})
    second, _ = create_target(photo=photo, mask_png=mask_bytes(box=(50, 20, 30, 30)))
    assert first.split == second.split
    assert create_target(photo=make_photo(), mask_png=mask_bytes())[0].split == Split.TRAIN


def test_about_the_asked_share_of_photos_is_held_out_and_always_the_same() -> None:
    held = [is_held_out(f"{number:064x}", fraction=0.2) for number in range(2000)]
    assert 0.17 < sum(held) / len(held) < 0.23
    assert held == [is_held_out(f"{number:064x}", fraction=0.2) for number in range(2000)]
