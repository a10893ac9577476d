"""A request becomes candidates, whatever goes wrong on the way."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
import trimesh
from django.db import DatabaseError, connection
from PIL import Image

from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.generators.port import Generator, GeneratorError, Proposal, ProposalBatch
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.previews import SIDE_PX
from engine.candidates.selectors import TargetStatus, target_by_id
from engine.candidates.services.generation import run_generation
from engine.candidates.services.requests import request_candidates
from engine.core.clock import now
from engine.core.storage import blob_store
from engine.photos.models import TargetObject
from engine.photos.pointmaps import from_npy
from engine.photos.services.pointmaps import add_pointmap
from engine.registry.models import Checkpoint, Deployment
from tests.candidates.factories import make_target
from tests.photos.test_pointmaps import wall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]


def using(generator: Generator) -> Callable[[str, str | None], Generator]:
    return lambda name, checkpoint_sha256: generator


def requested() -> tuple[TargetObject, GenerationRequest]:
    target = make_target()
    return target, request_candidates(target=target)[0]


class Handmade:
    """Proposes the given GLB files."""

    name = "handmade"

    def __init__(self, *glbs: bytes, checkpoint_sha256: str | None = None) -> None:
        self.glbs, self.checkpoint_sha256 = glbs, checkpoint_sha256

    def propose(
        self, *, photo: bytes, mask: bytes, n: int, seed: int, steps: int, guidance: float, points: bytes | None = None
    ) -> ProposalBatch:
        return ProposalBatch(
            proposals=tuple(
                Proposal(seed=seed + index, glb=glb, preview_png=b"", pose=None, seconds=1.5)
                for index, glb in enumerate(self.glbs)
            ),
            checkpoint_sha256=self.checkpoint_sha256,
        )


def make_checkpoint(digest: str = "a" * 64) -> Checkpoint:
    return Checkpoint.objects.create(
        checkpoint_sha256=digest, stage="sft", recipe="debug", card={}, size_bytes=1
    )  # fmt: skip


def test_candidates_have_bytes_seeds_and_a_pose() -> None:
    target, request = requested()
    made = run_generation(request_id=request.pk)
    assert [one.seed for one in made] == [request.seed, request.seed + 1, request.seed + 2]
    for one in made:
        mesh = trimesh.load_mesh(io.BytesIO(blob_store().get(one.glb_sha256)), file_type="glb")
        assert len(mesh.faces) > 0
        assert Image.open(io.BytesIO(blob_store().get(one.preview_sha256))).size == (SIDE_PX, SIDE_PX)
        assert one.pose is not None
    request.refresh_from_db()
    assert (request.state, request.attempts, request.failure_reason) == (GenerationState.DONE, 1, "")
    assert target_by_id(target.pk).status == TargetStatus.READY  # type: ignore[attr-defined]


def test_a_large_mesh_gets_a_coarse_copy_and_a_small_one_none() -> None:
    _, request = requested()
    balls = [trimesh.creation.icosphere(subdivisions=n, radius=0.4).export(file_type="glb") for n in (3, 5)]
    small, large = run_generation(request_id=request.pk, factory=using(Handmade(*balls)))
    assert small.lod_sha256 is None
    assert large.lod_sha256 is not None
    coarse, full = (
        trimesh.load_mesh(io.BytesIO(blob_store().get(sha256)), file_type="glb")
        for sha256 in (large.lod_sha256, large.glb_sha256)
    )
    assert len(coarse.faces) < len(full.faces) / 2
    assert coarse.bounds.tolist() == full.bounds.tolist()


def test_running_a_done_request_again_changes_nothing() -> None:
    _, request = requested()
    run_generation(request_id=request.pk)
    before = set(Candidate.objects.values_list("pk", flat=True))
    assert run_generation(request_id=request.pk) == []
    assert set(Candidate.objects.values_list("pk", flat=True)) == before


def test_the_generator_sees_the_very_photo_and_mask() -> None:
    target, request = requested()
    seen: dict[str, Any] = {}

    class Curious(FakeGenerator):
        def propose(self, **ask: Any) -> ProposalBatch:
            seen.update(ask)
            return super().propose(**ask)

    run_generation(request_id=request.pk, factory=using(Curious()))
    assert seen["photo"] == blob_store().get(target.photo.photo_sha256)
    assert seen["mask"] == blob_store().get(target.mask_sha256)
    assert (seen["steps"], seen["guidance"], seen["n"]) == (request.steps, request.guidance, 3)
    assert seen["points"] is None
    assert all(one.pointmap is None for one in Candidate.objects.all())


def test_the_generator_gets_the_pointmap_that_counts() -> None:
    target, request = requested()
    photo = target.photo
    seen: dict[str, Any] = {}

    class Curious(FakeGenerator):
        def propose(self, **ask: Any) -> ProposalBatch:
            seen.update(ask)
            return super().propose(**ask)

    for metres in (2.0, 3.0):
        content = io.BytesIO()
        np.save(content, wall(width=photo.width, height=photo.height, metres=metres))
        pointmap, _ = add_pointmap(photo=photo, content=content.getvalue(), by=None)
    made = run_generation(request_id=request.pk, factory=using(Curious()))
    wanted = wall(width=photo.width, height=photo.height, metres=3.0)
    np.testing.assert_allclose(from_npy(seen["points"]), wanted, rtol=1e-3, atol=1e-4)
    assert {one.pointmap for one in made} == {pointmap}


def test_a_worker_that_comes_late_leaves_the_other_workers_candidates_alone() -> None:
    _, request = requested()

    class Slow(FakeGenerator):
        def propose(self, **ask: Any) -> ProposalBatch:
            # The lease runs out and somebody else does the work meanwhile.
            GenerationRequest.objects.filter(pk=request.pk).update(lease_expires_at=now() - timedelta(seconds=1))
            assert len(run_generation(request_id=request.pk)) == 3
            return super().propose(**ask)

    assert run_generation(request_id=request.pk, factory=using(Slow())) == []
    assert Candidate.objects.filter(request=request).count() == 3
    request.refresh_from_db()
    assert (request.state, request.attempts) == (GenerationState.DONE, 2)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (GeneratorError("The server is down.", is_retryable=True), GenerationState.WAITING),
        (GeneratorError("No such object.", is_retryable=False), GenerationState.FAILED),
    ],
)
def test_a_generators_reason_is_kept(error: GeneratorError, state: str) -> None:
    target, request = requested()
    assert run_generation(request_id=request.pk, factory=using(FakeGenerator(error=error))) == []
    request.refresh_from_db()
    assert (request.state, request.failure_reason) == (state, error.reason)
    expected = TargetStatus.FAILED if state == GenerationState.FAILED else TargetStatus.WAITING
    assert target_by_id(target.pk).status == expected  # type: ignore[attr-defined]


def test_a_generator_that_crashes_is_a_failure_and_not_a_lost_request() -> None:
    _, request = requested()

    class Broken(FakeGenerator):
        def propose(self, **ask: Any) -> ProposalBatch:
            raise ZeroDivisionError("division by zero")

    run_generation(request_id=request.pk, factory=using(Broken()))
    request.refresh_from_db()
    assert request.state == GenerationState.WAITING
    assert "ZeroDivisionError" in request.failure_reason


def test_a_bad_mesh_is_left_out_and_only_bad_meshes_are_a_failure() -> None:
    good = FakeGenerator().propose(photo=b"", mask=b"", n=1, seed=1, steps=1, guidance=1).proposals[0].glb
    _, request = requested()
    assert len(run_generation(request_id=request.pk, factory=using(Handmade(b"glTF junk", good)))) == 1
    _, request = requested()
    assert run_generation(request_id=request.pk, factory=using(Handmade(b"glTF junk"))) == []
    request.refresh_from_db()
    assert request.state == GenerationState.FAILED
    assert "cannot be read" in request.failure_reason


def test_a_blob_store_that_is_down_delays_and_loses_nothing(store: Callable[[str], None]) -> None:
    _, request = requested()
    store("down")
    assert run_generation(request_id=request.pk) == []
    request.refresh_from_db()
    assert (request.state, request.attempts) == (GenerationState.WAITING, 0)
    assert "blob store" in request.failure_reason
    store("up")
    GenerationRequest.objects.filter(pk=request.pk).update(not_before=None)
    assert len(run_generation(request_id=request.pk)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_database_that_drops_the_line_in_the_middle_loses_nothing() -> None:
    _, request = requested()

    class Unlucky(FakeGenerator):
        def propose(self, **ask: Any) -> ProposalBatch:
            own = psycopg.connect(settings_of_connection())
            own.execute("SELECT pg_terminate_backend(%s)", [backend_pid()])
            own.close()
            return super().propose(**ask)

    with pytest.raises(DatabaseError):
        run_generation(request_id=request.pk, factory=using(Unlucky()))
    connection.close()
    assert GenerationRequest.objects.get().state == GenerationState.RUNNING
    GenerationRequest.objects.update(lease_expires_at=now() - timedelta(seconds=1))
    assert len(run_generation(request_id=request.pk)) == 3


def backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def settings_of_connection() -> str:
    wanted = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        dbname=wanted["NAME"], user=wanted["USER"], host=wanted["HOST"], port=wanted["PORT"] or None,
        password=wanted["PASSWORD"] or None,
    )  # fmt: skip


def test_our_network_is_asked_for_the_live_checkpoint_and_the_answer_is_recorded(settings: Any) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"generators": {"network": 2}})
    _, request = requested()
    run_generation(request_id=request.pk)
    request.refresh_from_db()
    assert "No checkpoint is live" in request.failure_reason
    checkpoint = make_checkpoint()
    Deployment.objects.create(checkpoint=checkpoint, reason="first")
    GenerationRequest.objects.filter(pk=request.pk).update(not_before=None)
    asked: list[tuple[str, str | None]] = []

    def factory(name: str, checkpoint_sha256: str | None) -> Generator:
        asked.append((name, checkpoint_sha256))
        return FakeGenerator(checkpoint_sha256=checkpoint_sha256)

    made = run_generation(request_id=request.pk, factory=factory)
    assert asked == [("network", checkpoint.checkpoint_sha256)]
    assert {one.checkpoint_id for one in made} == {checkpoint.pk}


def test_an_answer_of_an_unknown_checkpoint_is_refused() -> None:
    _, request = requested()
    run_generation(request_id=request.pk, factory=using(FakeGenerator(checkpoint_sha256="f" * 64)))
    request.refresh_from_db()
    assert "does not know" in request.failure_reason
    assert not Candidate.objects.exists()


def test_an_unknown_generator_fails_with_its_name(settings: Any) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"generators": {"oracle": 2}})
    _, request = requested()
    run_generation(request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, "oracle" in request.failure_reason) == (GenerationState.FAILED, True)


def test_a_candidates_file_does_not_tell_who_made_it() -> None:
    def skeleton(glb: bytes) -> str:
        length = int.from_bytes(glb[12:16], "little")
        document = json.loads(glb[20 : 20 + length])
        for accessor in document["accessors"]:
            for key in ("count", "min", "max"):
                accessor.pop(key, None)
        for part in (*document["bufferViews"], *document["buffers"]):
            part.pop("byteLength")
            part.pop("byteOffset", None)
        return json.dumps(document)

    textured = trimesh.creation.box((0.5, 0.5, 0.5))
    uv = textured.vertices[:, :2] + 0.5
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.new("RGB", (4, 4), "green"), name="Secret")
    textured.visual = trimesh.visual.TextureVisuals(uv=uv, material=material)
    scene = trimesh.Scene({"retrieved_from_library": textured, "second": trimesh.creation.box((0.2, 0.2, 0.2))})
    _, request = requested()
    foreign = run_generation(request_id=request.pk, factory=using(Handmade(bytes(scene.export(file_type="glb")))))
    _, request = requested()
    own = run_generation(request_id=request.pk)
    files = [blob_store().get(one.glb_sha256) for one in (*foreign, *own)]
    assert len({skeleton(glb) for glb in files}) == 1
    for word in (b"Secret", b"retrieved", b"trimesh", b"generator", b"extras", b"name"):
        assert not any(word in glb for glb in files)
