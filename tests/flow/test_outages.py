"""A part of the platform goes away under a running web server: clear errors, nothing lost, and the work goes on."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import close_old_connections, connection
from django.test import Client
from rest_framework.authtoken.models import Token

from contracts.digests import sha256_hex
from engine.accounts.models import Person
from engine.annotation.models import Assignment, AssignmentState, Choice, Comparison, Outcome, Rejection
from engine.artistry.models import MeshUpload, MeshUploadState
from engine.artistry.services import open_job
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.services.requests import request_candidates
from engine.candidates.tasks import sweep_generation_requests
from engine.core.environment import PROJECT_FOLDER
from engine.core.messages import messages_waiting
from engine.demo.stack.commands import web_command, worker_command
from engine.demo.stack.ports import answers, find_free
from engine.demo.stack.process import ManagedProcess
from engine.demo.stack.settings import StackSettings
from engine.photos.models import Photo, TargetObject
from engine.records.models import Record
from engine.records.services import derive_new_records
from engine.rounds.models import Round, RoundState
from engine.rounds.tasks import sweep_rounds
from tests.annotation.answers import submit_body
from tests.annotation.factories import make_slots, make_target
from tests.artistry.glbs import good
from tests.candidates.factories import make_target as make_stored_target
from tests.candidates.factories import mask_bytes, photo_bytes
from tests.flow.wheel import deploy_base_checkpoint, prepare_records
from tests.outages import down, store_takes_bytes
from tests.services import Services
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

People = Callable[..., Person]
Sign = Callable[[Person], httpx.Client]


@pytest.fixture
def environment(services: Services, tmp_path: Path) -> dict[str, str]:
    """The platform's processes see the tests' own database and make candidates without a model."""
    return {
        **os.environ,
        "FLYWHEEL_DATABASE_URL": services.postgres.url(connection.settings_dict["NAME"]),
        "FLYWHEEL_GENERATORS": json.dumps({"fake": 3}),
        "FLYWHEEL_DATA_FOLDER": str(tmp_path / "data"),
    }


@pytest.fixture
def sign_in(environment: dict[str, str], tmp_path: Path) -> Iterator[Sign]:
    """Start the web server of the demo; ``sign_in(person)`` returns a client of that person."""
    (port,) = find_free(1)
    settings = StackSettings(data_folder=tmp_path, web_port=port, web_threads=4)
    web = ManagedProcess(
        name="web", command=web_command(settings=settings), environment=environment, cwd=PROJECT_FOLDER,
        log_path=tmp_path / "web.log", is_ready=lambda: answers(port),
    )  # fmt: skip
    web.start()
    clients: list[httpx.Client] = []

    def client_of(person: Person) -> httpx.Client:
        token, _ = Token.objects.get_or_create(user=person)
        headers = {"Authorization": f"Token {token.key}"}
        clients.append(httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, trust_env=False))
        return clients[-1]

    try:
        web.wait_ready(seconds=60)
        yield client_of
    finally:
        for client in clients:
            client.close()
        web.stop()


@contextmanager
def database_down(services: Services) -> Iterator[None]:
    connection.close()
    services.postgres.stop()
    try:
        yield
    finally:
        services.postgres.start()
        # The tests' own connections broke as well.
        connection.close()


def is_made_by_a_sweep(target_id: int) -> bool:
    """Sweep as the schedule does, again and again: one message may still meet the connection that was cut."""
    sweep_generation_requests()
    time.sleep(2)
    return Candidate.objects.filter(target_id=target_id).count() == 3


def fault(answer: httpx.Response) -> tuple[int, str]:
    (first,) = answer.json()["errors"]
    assert set(first) == {"field", "code", "reason"}
    assert first["reason"]
    return answer.status_code, first["code"]


def send_photo(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post("/api/photos/", files={"photo": ("mug.png", content), "mask": ("mask.png", mask_bytes())})


def claim(client: httpx.Client) -> dict[str, Any]:
    answer = client.post("/api/assignments/next/", json={})
    assert answer.status_code == 200, answer.text
    task: dict[str, Any] = answer.json()["assignment"]
    return task


def submit(client: httpx.Client, task: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
    return client.post(f"/api/assignments/{task['id']}/submit/", json=body)


def test_a_database_that_restarts_between_requests_costs_nothing(
    services: Services, person: People, sign_in: Sign
) -> None:
    mila = person("ml_lead")
    ada, lead = sign_in(person("annotator")), sign_in(mila)
    browser = Client()
    browser.force_login(mila)
    session = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    make_slots(make_target())
    task, content = claim(ada), photo_bytes()
    body = submit_body(task)
    with database_down(services):
        assert ada.get("/health/").status_code == 503
        refused = submit(ada, task, body)
        assert fault(refused) == (503, "database_down")
        assert refused.elapsed.total_seconds() < 9
        assert fault(ada.post("/api/assignments/next/", json={})) == (503, "database_down")
        assert fault(send_photo(lead, content)) == (503, "database_down")
        page = httpx.get(lead.base_url.join("/photos/"), headers=session, timeout=60)
        assert (page.status_code, "The database does not answer" in page.text) == (503, True)
    wait_until(lambda: ada.get("/health/").status_code == 200, seconds=10)
    assert httpx.get(lead.base_url.join("/photos/"), headers=session, timeout=60).status_code == 200
    assert (Choice.objects.count(), Photo.objects.count()) == (0, 1)
    assert Assignment.objects.get().state == AssignmentState.HELD
    # The browser sends again what it kept: same lease, same key.
    assert submit(ada, task, body).status_code == 201
    assert submit(ada, task, body).status_code == 200
    assert send_photo(lead, content).status_code == 201
    assert (Choice.objects.count(), GenerationRequest.objects.filter(generator="fake").count()) == (1, 1)


def test_many_connections_that_were_cut_hold_up_no_query(person: People) -> None:
    """A restart cuts all connections at once; the first query after it must not have to try them one by one."""
    together = threading.Barrier(6)

    def use_a_connection() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            together.wait(timeout=30)
        connection.close()

    threads = [threading.Thread(target=use_a_connection) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s",
            [connection.settings_dict["NAME"]],
        )
    # As before each request.
    close_old_connections()
    assert person("annotator").pk is not None


def test_a_database_that_stops_under_an_answer_leaves_no_half_of_it(
    services: Services, person: People, sign_in: Sign
) -> None:
    ada = sign_in(person("annotator"))
    make_slots(make_target())
    task = claim(ada)
    body, answered = submit_body(task), []
    sending = threading.Thread(target=lambda: answered.append(submit(ada, task, body)))
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM annotation_comparison LIMIT 1")
        # The answer's one statement waits for this lock with its transaction open.
        cursor.execute("LOCK TABLE annotation_comparison IN ACCESS EXCLUSIVE MODE")
        sending.start()
        wait_until(lambda: is_anyone_waiting(cursor), seconds=20)
        services.postgres.stop()
    try:
        sending.join(timeout=60)
        assert fault(answered[0]) == (503, "database_down")
    finally:
        services.postgres.start()
        connection.close()
    rows = (Choice.objects.count(), Comparison.objects.count(), Rejection.objects.count())
    assert (rows, Assignment.objects.get().state) == ((0, 0, 0), AssignmentState.HELD)
    wait_until(lambda: ada.get("/health/").status_code == 200, seconds=20)
    assert submit(ada, task, body).status_code == 201
    assert (Choice.objects.count(), Comparison.objects.count(), Rejection.objects.count()) == (1, 2, 1)


def is_anyone_waiting(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(cursor.fetchone()[0])


def test_without_the_broker_photos_answers_and_rounds_are_taken_and_run_once_it_is_back(
    services: Services, person: People, sign_in: Sign, environment: dict[str, str], tmp_path: Path
) -> None:
    mila = person("ml_lead")
    lead, ada = sign_in(mila), sign_in(person("annotator"))
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    n_records = Record.objects.count()
    make_slots(make_target())
    with down(services.valkey):
        sent = send_photo(lead, photo_bytes())
        task = claim(ada)
        submitted = submit(ada, task, submit_body(task))
        started = lead.post("/api/rounds/", json={"sft_steps": 1, "dpo_steps": 1})
        assert [one.status_code for one in (sent, submitted, started)] == [201, 201, 201]
        # Nobody waits for a broker that is away: each message is tried once.
        assert max(one.elapsed.total_seconds() for one in (sent, submitted, started)) < 5
        # The sweep itself finds no broker: it fails nobody, and its next turn comes.
        sweep_generation_requests()
        sweep_rounds()
    (target,) = sent.json()["targets"]
    request = GenerationRequest.objects.get(target_id=target["id"])
    assert (request.state, request.attempts) == (GenerationState.WAITING, 0)
    assert Round.objects.get(pk=started.json()["id"]).state == RoundState.QUEUED

    log_path = tmp_path / "worker.log"
    worker = ManagedProcess(
        name="worker", command=worker_command(queue="propose", threads=1), environment=environment,
        cwd=PROJECT_FOLDER, log_path=log_path,
    )  # fmt: skip
    worker.start()
    try:
        wait_until(lambda: is_made_by_a_sweep(target["id"]), seconds=90)
    finally:
        worker.stop()
    n_waiting = messages_waiting("gpu")
    sweep_rounds()
    assert messages_waiting("gpu") == n_waiting + 1
    derive_new_records()
    assert Record.objects.count() == n_records + 1


def test_without_the_blob_store_answers_are_taken_and_uploads_are_refused_until_it_is_back(
    services: Services, person: People, sign_in: Sign
) -> None:
    lead, ada, vera = sign_in(person("ml_lead")), sign_in(person("annotator")), sign_in(person("artist"))
    content, mesh = photo_bytes(), good()
    target = make_stored_target()
    (first, second) = (make_slots(make_target()), make_slots(make_target()))
    job = open_job(target=target, rejects={})
    vera.post(f"/api/artist-jobs/{job.pk}/take/")
    announced = {"file_name": "mug.glb", "size_bytes": len(mesh), "sha256": sha256_hex(mesh)}
    ticket = vera.post(f"/api/artist-jobs/{job.pk}/uploads/", json=announced).json()
    httpx.put(ticket["url"], headers=ticket["headers"], content=mesh).raise_for_status()
    n_before = (Photo.objects.count(), TargetObject.objects.count())
    (request,) = (one for one in request_candidates(target=target) if one.generator == "retrieval")
    with down(services.s3, is_back=store_takes_bytes):
        assert fault(send_photo(lead, content)) == (503, "storage_down")
        folder = [("files", ("mug.png", content)), ("files", ("mug_mask.png", mask_bytes()))]
        assert fault(lead.post("/api/imports/folder/", files=folder)) == (503, "storage_down")
        masks = {"mask": ("m.png", mask_bytes(box=(40, 20, 20, 20)))}
        assert fault(lead.post(f"/api/photos/{target.photo_id}/targets/", files=masks)) == (503, "storage_down")
        assert fault(vera.post(f"/api/mesh-uploads/{ticket['upload_id']}/complete/")) == (503, "storage_down")
        # What people are paid to do goes on: tasks, answers and signed addresses need no bytes.
        task = claim(ada)
        assert submit(ada, task, submit_body(task)).status_code == 201
        assert claim(ada)["id"] in {first[0].pk, second[0].pk}
        assert lead.get(f"/api/assets/photos/{target.photo_id}/image").status_code in {302, 404}
    assert (Photo.objects.count(), TargetObject.objects.count()) == n_before
    assert MeshUpload.objects.get().state == MeshUploadState.PENDING
    assert send_photo(lead, content).status_code == 201
    completed = vera.post(f"/api/mesh-uploads/{ticket['upload_id']}/complete/")
    assert completed.json()["state"] == "checked"
    assert Choice.objects.get().outcome == Outcome.CHOSEN
    request.refresh_from_db()
    assert request.state == GenerationState.WAITING
