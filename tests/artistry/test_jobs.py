"""A job's whole way over HTTP, with the file going through the real blob store."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from django.conf import settings as django_settings
from django.db import connection
from rest_framework.test import APIClient

from contracts.digests import sha256_hex
from engine.accounts.models import Person
from engine.artistry.models import ArtistJob, ArtistJobState, MeshUpload, MeshUploadState
from engine.artistry.services import open_job, take_job
from engine.core.errors import Conflict
from engine.core.storage import blob_store
from tests.annotation.factories import make_candidates, make_target
from tests.artistry.glbs import changed, container, good, triangle
from tests.artistry.test_mesh_checks import NAN_TRIANGLE

Client = Callable[[Person | None], APIClient]


def make_job() -> ArtistJob:
    target = make_target()
    candidates = make_candidates(target, 2)
    return open_job(target=target, rejects={candidates[0].pk: ["floaters"], candidates[1].pk: []})


def announce(client: APIClient, job: ArtistJob, content: bytes, **changes: Any) -> Any:
    body = {"file_name": "mug.glb", "size_bytes": len(content), "sha256": sha256_hex(content)} | changes
    return client.post(f"/api/artist-jobs/{job.pk}/uploads/", body, format="json")


def send(ticket: dict[str, Any], content: bytes) -> None:
    httpx.request(ticket["method"], ticket["url"], headers=ticket["headers"], content=content).raise_for_status()


def complete(client: APIClient, upload_id: str | UUID) -> Any:
    return client.post(f"/api/mesh-uploads/{upload_id}/complete/")


def upload(client: APIClient, job: ArtistJob, content: bytes) -> Any:
    ticket = announce(client, job, content).json()
    send(ticket, content)
    return complete(client, ticket["upload_id"]).json()


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["code"]


@pytest.fixture
def vera(db: None, person: Callable[..., Person], api: Client) -> APIClient:
    return api(person("artist", username="vera"))


@pytest.fixture
def rex(db: None, person: Callable[..., Person], api: Client) -> APIClient:
    return api(person("reviewer", username="rex"))


def test_from_an_open_job_to_an_approved_mesh(vera: APIClient, rex: APIClient) -> None:
    job = make_job()
    (listed,) = vera.get("/api/artist-jobs/?state=open").json()["results"]
    assert [reject["reasons"] for reject in listed["rejects"]] == [["floaters"], []]
    assert vera.post(f"/api/artist-jobs/{job.pk}/take/").json()["artist"] == "vera"
    mesh = upload(vera, job, good())
    assert (mesh["state"], mesh["report"]["faces"], mesh["version"]) == ("checked", 80, 1)
    assert rex.get(f"/api/artist-jobs/{job.pk}/").json()["state"] == "in_review"
    redirect = rex.get(mesh["mesh_url"])
    assert (redirect.status_code, httpx.get(redirect["Location"]).content[:4]) == (302, b"glTF")
    sent_back = rex.post(f"/api/mesh-uploads/{mesh['id']}/review/", {"verdict": "reject", "reason": "too thin"})
    assert (sent_back.json()["state"], sent_back.json()["review_reason"]) == ("rejected", "too thin")
    second = upload(vera, job, good())
    assert rex.post(f"/api/mesh-uploads/{second['id']}/review/", {"verdict": "approve"}).json()["state"] == "approved"
    done = vera.get(f"/api/artist-jobs/{job.pk}/").json()
    assert (done["state"], [row["state"] for row in done["uploads"]]) == ("approved", ["approved", "rejected"])


def test_a_bad_mesh_is_refused_with_the_reason_and_the_artist_goes_on(vera: APIClient) -> None:
    job = make_job()
    vera.post(f"/api/artist-jobs/{job.pk}/take/")
    refused = upload(vera, job, changed(["accessors", 0, "count"], 2**31))
    assert (refused["state"], refused["mesh_url"]) == ("refused", None)
    assert "more than its bytes" in refused["refusal_reasons"][0]
    assert upload(vera, job, good())["version"] == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "not a GLB"),
        (good()[:-10], "arrived"),
        (changed(["buffers", 0], {"byteLength": 48, "uri": "http://10.0.0.1/secret"}), "another file"),
        (changed(["accessors", 0, "count"], 2**31), "more than its bytes"),
        (container(triangle()[0], NAN_TRIANGLE), "not numbers"),
    ],
    ids=["wrong type", "truncated", "external address", "absurd count", "not a number"],
)
def test_a_hostile_file_goes_no_further_than_its_upload(vera: APIClient, content: bytes, words: str) -> None:
    job = make_job()
    vera.post(f"/api/artist-jobs/{job.pk}/take/")
    refused = upload(vera, job, content)
    assert (refused["state"], words in refused["refusal_reasons"][0]) == ("refused", True)
    assert ArtistJob.objects.get().state == ArtistJobState.TAKEN
    assert upload(vera, job, good())["state"] == "checked"


def test_completing_before_the_file_arrived_or_with_another_file_can_be_repaired(vera: APIClient) -> None:
    job, content = make_job(), good()
    vera.post(f"/api/artist-jobs/{job.pk}/take/")
    ticket = announce(vera, job, content).json()
    assert code(complete(vera, ticket["upload_id"])) == (409, "upload_missing")
    for damaged in (content[:-5], content[:-1] + b"x"):
        send(ticket, damaged)
        assert code(complete(vera, ticket["upload_id"])) == (400, "upload_damaged")
    send(ticket, content)
    assert complete(vera, ticket["upload_id"]).json()["state"] == "checked"
    assert complete(vera, ticket["upload_id"]).json()["state"] == "checked"


def test_with_the_blob_store_down_the_upload_stays_pending_and_goes_on_later(
    vera: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    vera.post(f"/api/artist-jobs/{job.pk}/take/")
    ticket = announce(vera, job, good()).json()
    send(ticket, good())
    with monkeypatch.context() as patch:
        environment = django_settings.ENVIRONMENT.model_copy(update={"s3_endpoint_url": "http://127.0.0.1:9"})
        patch.setattr(django_settings, "ENVIRONMENT", environment)
        blob_store.cache_clear()
        assert code(complete(vera, ticket["upload_id"])) == (503, "storage_down")
    blob_store.cache_clear()
    assert MeshUpload.objects.get().state == MeshUploadState.PENDING
    assert complete(vera, ticket["upload_id"]).json()["state"] == "checked"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"size_bytes": 10**12}, (413, "mesh_too_large")),
        ({"size_bytes": 0}, (400, "min_value")),
        ({"size_bytes": 10**30}, (400, "max_value")),
        ({"sha256": "x"}, (400, "invalid")),
        ({"file_name": "a\x00"}, (400, "null_characters_not_allowed")),
    ],
)
def test_a_wrong_announcement_is_refused(vera: APIClient, changes: dict[str, Any], expected: tuple[int, str]) -> None:
    job = make_job()
    vera.post(f"/api/artist-jobs/{job.pk}/take/")
    assert code(announce(vera, job, good(), **changes)) == expected


def test_a_job_belongs_to_one_artist(vera: APIClient, person: Callable[..., Person], api: Client) -> None:
    job, other = make_job(), api(person("artist"))
    vera.post(f"/api/artist-jobs/{job.pk}/take/")
    assert vera.post(f"/api/artist-jobs/{job.pk}/take/").status_code == 200
    assert code(other.post(f"/api/artist-jobs/{job.pk}/take/")) == (409, "job_taken")
    assert code(other.post(f"/api/artist-jobs/{job.pk}/release/")) == (403, "job_taken")
    assert code(announce(other, job, good())) == (409, "job_not_yours")
    ticket = announce(vera, job, good()).json()
    assert code(complete(other, ticket["upload_id"])) == (403, "upload_not_yours")
    assert vera.post(f"/api/artist-jobs/{job.pk}/release/").json()["state"] == "open"
    assert code(complete(vera, ticket["upload_id"])) == (409, "job_not_yours")


def test_nobody_reviews_their_own_mesh_or_twice_or_without_a_reason(
    person: Callable[..., Person], api: Client, rex: APIClient
) -> None:
    both = api(person("artist", "reviewer"))
    job = make_job()
    both.post(f"/api/artist-jobs/{job.pk}/take/")
    mesh = upload(both, job, good())
    url = f"/api/mesh-uploads/{mesh['id']}/review/"
    assert code(both.post(url, {"verdict": "approve"})) == (403, "own_upload")
    assert code(rex.post(url, {"verdict": "reject", "reason": " "})) == (400, "reason_missing")
    assert rex.post(url, {"verdict": "approve"}).status_code == 200
    assert code(rex.post(url, {"verdict": "reject", "reason": "late"})) == (409, "not_in_review")


def test_what_does_not_exist_is_said_so(vera: APIClient) -> None:
    assert code(vera.get("/api/artist-jobs/99/")) == (404, "job_missing")
    assert code(vera.get("/api/artist-jobs/?state=lost")) == (400, "state_unknown")
    assert code(complete(vera, uuid4())) == (404, "upload_unknown")
    assert code(vera.get(f"/api/assets/uploads/{uuid4()}/mesh")) == (404, "mesh_missing")


@pytest.mark.django_db(transaction=True)
def test_of_two_artists_at_once_one_gets_the_job(person: Callable[..., Person]) -> None:
    job, artists = make_job(), [person("artist") for _ in range(4)]
    barrier = threading.Barrier(len(artists))

    def take(artist: Person) -> bool:
        try:
            barrier.wait(timeout=20)
            take_job(job_id=job.pk, artist=artist)
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=len(artists)) as pool:
        assert sum(pool.map(take, artists)) == 1
    assert ArtistJob.objects.get().state == ArtistJobState.TAKEN
