import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from contracts.dataset import DatasetManifest, Example, PairExample
from contracts.digests import sha256_hex, sha256_of_json
from engine.accounts.models import Person
from engine.annotation.models import Choice, Comparison
from engine.artistry.models import ArtistJob, MeshUpload, MeshUploadState
from engine.core.errors import Conflict, Unavailable
from engine.core.storage import blob_store
from engine.photos.models import Split
from engine.records.models import DatasetVersion, Derivation, PreferencePair, Record, RecordKind
from engine.records.services import (
    current_alpha,
    derive_new_records,
    derive_records,
    freeze_dataset,
    route_rejected_targets,
    write_dataset_folder,
)
from engine.records.services.deriving import _alone
from tests.annotation.factories import digest, set_overlap
from tests.records.factories import choose, make_stored_candidates, make_stored_target, store

pytestmark = pytest.mark.django_db
People = Callable[..., Person]


@pytest.fixture
def ada(person: People) -> Person:
    return person("annotator", username="ada")


def answered(person: Person, *, rating: float | None = 0.8, split: str = Split.TRAIN) -> Choice:
    target = make_stored_target(split=split)
    make_stored_candidates(target)
    return choose(person, target, rating=rating)


def table() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return list(Record.objects.order_by("pk").values()), list(PreferencePair.objects.order_by("pk").values())


def test_a_choice_becomes_a_record_and_pairs_with_their_evidence(ada: Person) -> None:
    choice = answered(ada)
    derivation = derive_records(alpha=0.6)
    assert (derivation.n_choices, derivation.n_records, derivation.n_pairs) == (1, 1, 2)
    record = Record.objects.get()
    assert (record.kind, record.choice, record.candidate) == (RecordKind.MITL, choice, choice.winner)
    evidence = {pk for pair in PreferencePair.objects.all() for pk in pair.comparison_ids}
    assert evidence == set(Comparison.objects.values_list("pk", flat=True))
    foreign = PreferencePair.objects.filter(loser__checkpoint__isnull=True)
    assert all(not pair.is_loser_own for pair in foreign)


def test_deriving_again_changes_nothing_not_even_the_ids(ada: Person) -> None:
    for _ in range(3):
        answered(ada)
    derive_records(alpha=0.6)
    before = table()
    derive_records(alpha=0.6)
    assert table() == before


def test_alpha_is_applied_to_all_of_history_and_can_come_back(ada: Person) -> None:
    answered(ada, rating=0.7)
    answered(ada, rating=0.9)
    for alpha, n_records in ((0.6, 2), (0.8, 1), (1.0, 0), (0.0, 2)):
        assert derive_records(alpha=alpha).n_records == Record.objects.count() == n_records
        assert current_alpha() == alpha


def test_new_history_is_derived_at_the_alpha_that_stands_and_only_once(ada: Person) -> None:
    answered(ada, rating=0.9)
    derive_records(alpha=0.8)
    answered(ada, rating=0.7)
    answered(ada, rating=0.85)
    derivation = derive_new_records()
    assert derivation is not None
    assert (derivation.alpha, Record.objects.count()) == (0.8, 2)
    assert derive_new_records() is None
    assert Derivation.objects.count() == 2


def test_a_revision_replaces_what_followed_from_the_first_answer(ada: Person) -> None:
    first = answered(ada, rating=0.9)
    derive_records(alpha=0.6)
    Choice.objects.create(
        assignment=first.assignment, target=first.target, annotator=ada, revision=1, revision_reason="slipped",
        outcome="none_acceptable", shown_ids=first.shown_ids, viewer_mode="clay", milliseconds=1,
        idempotency_key="0" * 32, is_simulated=False,
    )  # fmt: skip
    derive_new_records()
    assert (Record.objects.count(), PreferencePair.objects.count()) == (0, 0)


def test_two_derivations_do_not_run_at_once(ada: Person) -> None:
    from engine.records.services.deriving import _LOCK

    with psycopg.connect(**connection_settings()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        with pytest.raises(Conflict):
            derive_records(alpha=0.6)
    derive_records(alpha=0.6)


def connection_settings() -> dict[str, Any]:
    from django.db import connection

    wanted = connection.get_connection_params()
    return {key: wanted[key] for key in ("dbname", "user", "password", "host", "port") if wanted.get(key)}


def test_what_nobody_accepted_goes_to_the_artists_with_the_reasons(ada: Person) -> None:
    choice = answered(ada, rating=None)
    answered(ada)
    assert (route_rejected_targets(), route_rejected_targets()) == (1, 0)
    job = ArtistJob.objects.get()
    assert job.target_id == choice.target_id
    reasons = {reject.candidate_id: reject.reasons for reject in job.rejects.all()}
    assert reasons.keys() == set(choice.shown_ids)
    assert sorted(reasons.values()) == [[], [], ["floaters"]]


def test_an_object_waits_for_all_wanted_answers_and_one_acceptance_keeps_it(person: People) -> None:
    set_overlap(2)
    target = make_stored_target()
    make_stored_candidates(target)
    choose(person("annotator"), target, rating=None)
    assert route_rejected_targets() == 0
    choose(person("annotator"), target, rating=0.1)
    assert route_rejected_targets() == 0


def approve_mesh(artist: Person, choice: Choice) -> MeshUpload:
    route_rejected_targets()
    job = ArtistJob.objects.get(target=choice.target_id)
    return MeshUpload.objects.create(
        job=job, artist=artist, version=1, state=MeshUploadState.APPROVED, file_name="a.glb", declared_size_bytes=1,
        declared_sha256=digest(), glb_sha256=store(),
    )  # fmt: skip


def test_an_approved_mesh_becomes_an_art_record_and_is_withdrawn_with_its_approval(ada: Person, person: People) -> None:
    upload = approve_mesh(person("artist"), answered(ada, rating=None))
    derive_records(alpha=0.6)
    record = Record.objects.get()
    assert (record.kind, record.glb_sha256) == (RecordKind.ART, upload.glb_sha256)
    assert PreferencePair.objects.filter(mesh_upload=upload).count() == 3
    MeshUpload.objects.update(state=MeshUploadState.REJECTED)
    derive_records(alpha=0.6)
    assert (Record.objects.count(), PreferencePair.objects.count()) == (0, 0)


def test_freezing_the_same_content_gives_the_same_version(ada: Person) -> None:
    answered(ada)
    first = freeze_dataset(split="train", alpha=0.6, allow_simulated=True, by=ada)
    second = freeze_dataset(split="train", alpha=0.6, allow_simulated=True, by=None)
    assert first.pk == second.pk
    assert first.dataset_sha256 == sha256_of_json(first.manifest)
    answered(ada)
    assert freeze_dataset(split="train", alpha=0.6).pk != first.pk
    assert DatasetVersion.objects.count() == 2
    contributor = first.contributors.get()
    assert (contributor.person, contributor.n_examples, contributor.n_pairs) == (ada, 1, 2)


def test_freezing_looks_at_history_first_and_below_the_alpha_that_stands(ada: Person) -> None:
    answered(ada, rating=0.5)
    derive_records(alpha=0.9)
    assert freeze_dataset(split="train", alpha=0.4).manifest["n_examples"] == 1
    assert freeze_dataset(split="train", alpha=0.6).manifest["n_examples"] == 0


def test_held_out_objects_never_enter_a_training_version(ada: Person) -> None:
    train, heldout = answered(ada), answered(ada, split=Split.HELDOUT)
    for split, choice in (("train", train), ("heldout", heldout)):
        version = freeze_dataset(split=split, alpha=0.6)  # type: ignore[arg-type]
        lines = blob_store().get(version.manifest["examples_sha256"]).decode().splitlines()
        assert [json.loads(line)["target_id"] for line in lines] == [choice.target_id]


def test_a_row_of_another_split_stops_the_freezing(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(ada, split=Split.HELDOUT)
    derive_records(alpha=0.6)
    whole = Record.objects.select_related("target__photo", "choice", "mesh_upload").order_by("pk")
    monkeypatch.setattr("engine.records.services.freezing._records", lambda **rule: whole)
    with pytest.raises(RuntimeError, match="heldout, not train"):
        freeze_dataset(split="train", alpha=0.6)


def test_simulated_choices_can_be_left_out(ada: Person, person: People) -> None:
    answered(ada)
    answered(person("annotator", is_simulated=True))
    with_all = DatasetManifest.model_validate(freeze_dataset(split="train", alpha=0.6).manifest)
    assert (with_all.n_examples, with_all.n_simulated_examples, with_all.n_simulated_pairs) == (2, 1, 2)
    people_only = DatasetManifest.model_validate(
        freeze_dataset(split="train", alpha=0.6, allow_simulated=False).manifest
    )
    assert (people_only.n_examples, people_only.n_simulated_examples) == (1, 0)


def test_the_folder_holds_every_byte_that_its_lines_name(ada: Person, tmp_path: Path) -> None:
    answered(ada)
    version = freeze_dataset(split="train", alpha=0.6)
    for _ in range(2):
        write_dataset_folder(version=version, folder=tmp_path / "dataset")
    folder = tmp_path / "dataset"
    assert sha256_of_json(json.loads((folder / "manifest.json").read_text())) == version.dataset_sha256
    (line,) = (folder / "examples.jsonl").read_text().splitlines()
    pairs = [PairExample.model_validate_json(text) for text in (folder / "pairs.jsonl").read_text().splitlines()]
    example = Example.model_validate_json(line)
    named = {example.photo_sha256, example.mask_sha256, example.glb_sha256}
    named |= {pair.loser_glb_sha256 for pair in pairs}
    assert {path.name for path in (folder / "blobs").iterdir()} == named
    assert all(sha256_hex(path.read_bytes()) == path.name for path in (folder / "blobs").iterdir())


def test_a_damaged_file_in_the_folder_is_fetched_again(ada: Person, tmp_path: Path) -> None:
    answered(ada)
    version = freeze_dataset(split="train", alpha=0.6)
    write_dataset_folder(version=version, folder=tmp_path)
    blob = next((tmp_path / "blobs").iterdir())
    blob.write_bytes(b"cut off")
    write_dataset_folder(version=version, folder=tmp_path)
    assert sha256_hex(blob.read_bytes()) == blob.name


def test_with_the_blob_store_down_nothing_is_frozen_and_later_it_is(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(ada)
    with monkeypatch.context() as patch:
        environment = settings.ENVIRONMENT.model_copy(update={"s3_endpoint_url": "http://127.0.0.1:9"})
        patch.setattr(settings, "ENVIRONMENT", environment)
        blob_store.cache_clear()
        with pytest.raises(Unavailable):
            freeze_dataset(split="train", alpha=0.6)
        assert DatasetVersion.objects.count() == 0
    blob_store.cache_clear()
    assert freeze_dataset(split="train", alpha=0.6).manifest["n_examples"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_derivation_that_breaks_off_does_not_keep_others_out() -> None:
    def derive_elsewhere() -> None:
        try:
            derive_records(alpha=0.5)
        finally:
            connection.close()

    with pytest.raises(DatabaseError), transaction.atomic(), _alone(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    connection.close()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(derive_elsewhere).result(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_a_derivation_waits_a_moment_for_the_one_that_runs() -> None:
    def derive_elsewhere() -> None:
        try:
            derive_records(alpha=0.5)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with _alone():
            waiting = pool.submit(derive_elsewhere)
            time.sleep(0.5)
            assert not waiting.done()
        waiting.result(timeout=30)
    assert Derivation.objects.count() == 1
