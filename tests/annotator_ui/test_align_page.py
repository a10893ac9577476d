"""What the align page promises, in a real browser against the real API and a real model server."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from engine.accounts.models import Person
from engine.annotation.alignment.placing import pose_json, read_pose
from engine.annotation.alignment.silhouettes import Placement, depth_map, silhouette
from engine.annotation.models import Alignment, AlignmentTask, Assignment, Choice, Outcome
from engine.candidates.models import Candidate
from engine.candidates.packing import pack, read_shape
from engine.core.storage import blob_store
from engine.photos.services.photos import create_photo
from engine.photos.services.pointmaps import add_pointmap
from engine.photos.services.targets import create_target
from tests.annotation.factories import digest, make_request, make_slots
from tests.e2e.accessibility import violations
from tests.e2e.profiles import sign_in
from tests.model_server.conftest import running_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "correct horse"
WIDTH, HEIGHT = 640, 480
LIBRARY = Path(__file__).resolve().parents[2] / "engine" / "candidates" / "library"
TRUE: dict[str, Any] = {
    # Turned by 35 degrees about its up axis towards the camera, which looks along z and has x on its left.
    "rotation": [[-0.819152, 0.0, -0.573576], [0.0, 1.0, 0.0], [0.573576, 0.0, -0.819152]],
    "translation": [0.15, 0.05, 4.0],
    "scale": [1.0, 1.0, 1.0],
}


def disturbed() -> dict[str, Any]:
    """Return the true pose, moved, turned by ten degrees and nearer."""
    cosine, sine = np.cos(np.radians(10)), np.sin(np.radians(10))
    turn = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]])
    placement = read_pose(TRUE)
    moved = Placement(placement.rotation_33 @ turn, np.array([0.33, -0.08, 3.6]), placement.scale_3)
    return pose_json(moved)


def points_of(depth_HW: NDArray[np.float64]) -> bytes:
    """Return the pointmap of what lies at this depth, and of a wall behind it, with a hole."""
    height, width = depth_HW.shape
    v, u = np.mgrid[0:height, 0:width] + 0.5
    z = np.where(np.isfinite(depth_HW), depth_HW, 6.0)
    z[:40] = np.nan
    reach = 2.5 * width / 2
    out = io.BytesIO()
    np.save(out, np.stack([(width / 2 - u) / reach * z, (height / 2 - v) / reach * z, z], axis=2).astype(np.float32))
    return out.getvalue()


def make_task(person: Person, *, asset: str, has_points: bool = False) -> None:
    """Store a photo of an asset at TRUE, drawn flat, and the choice of that asset with a disturbed pose."""
    glb, _ = pack((LIBRARY / asset).read_bytes())
    shape = read_shape(glb)
    points = read_pose(TRUE).apply(shape.vertices_V3)
    mask = silhouette(points, shape.faces_F3, width=WIDTH, height=HEIGHT, focal=2.5)
    shade = np.linspace(60, 150, HEIGHT)[:, None, None] * np.array([0.8, 0.9, 1.0])
    picture = np.broadcast_to(shade, (HEIGHT, WIDTH, 3)).copy()
    picture[mask] = [176, 128, 84]
    picture += np.random.default_rng(len(asset)).normal(0, 6, picture.shape)
    files = []
    for pixels in (np.clip(picture, 0, 255).astype(np.uint8), mask.astype(np.uint8) * 255):
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        files.append(out.getvalue())
    photo, _ = create_photo(content=files[0], name=asset)
    if has_points:
        depth = depth_map(points, shape.faces_F3, width=WIDTH, height=HEIGHT, focal=2.5)
        add_pointmap(photo=photo, content=points_of(depth), by=None)
    target, _ = create_target(photo=photo, mask_png=files[1], name=asset)
    candidate = Candidate.objects.create(
        request=make_request(target, generator="asset"), target=target, ordinal=0, generator="asset", seed=1, steps=1,
        guidance=0, glb_sha256=blob_store().put(glb, content_type="model/gltf-binary"), preview_sha256=digest(),
        mask_sha256=target.mask_sha256, pose=disturbed(), seconds=0.1,
    )  # fmt: skip
    make_slots(target, n_candidates=2)
    Choice.objects.create(
        assignment=Assignment.objects.get(target=target), target=target, annotator=person, outcome=Outcome.CHOSEN,
        winner=candidate, rating=0.8, shown_ids=[candidate.pk], viewer_mode="clay", milliseconds=9,
        idempotency_key=uuid4(), is_simulated=False,
    )  # fmt: skip


class Desk:
    """One annotator at the align page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def attribute(self, test_id: str, name: str) -> str:
        return self.page.get_by_test_id(test_id).get_attribute(name) or ""

    def wait(self, test_id: str, name: str, value: str) -> None:
        expect(self.page.get_by_test_id(test_id)).to_have_attribute(name, value, timeout=30_000)

    def ready(self) -> None:
        """Wait until photo, mask and shape are there and counted."""
        self.wait("stage", "data-is-ready", "true")
        expect(self.page.get_by_test_id("iou")).not_to_have_attribute("data-iou", "", timeout=30_000)

    @property
    def iou(self) -> float:
        return float(self.attribute("iou", "data-iou"))

    @property
    def pose(self) -> dict[str, Any]:
        pose: dict[str, Any] = json.loads(self.attribute("align", "data-pose"))
        return pose

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self) -> None:
        """Let the last change be drawn and counted."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 150)))")

    def submit(self) -> Alignment:
        """Submit, wait for what comes next and return what was stored."""
        before = self.attribute("align", "data-task-id")
        n_before = Alignment.objects.count()
        self.press("Enter")
        expect(self.page.get_by_test_id("stored")).to_be_visible(timeout=30_000)
        expect(self.page.get_by_test_id("align")).not_to_have_attribute("data-task-id", before)
        assert Alignment.objects.count() == n_before + 1
        return Alignment.objects.latest("pk")

    def photograph(self, name: str) -> None:
        """Keep a picture where somebody asked for pictures."""
        if folder := os.environ.get("FLYWHEEL_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.fixture(scope="module")
def model_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("cache")) as client:
        yield str(client.base_url)


def open_desk(context: BrowserContext) -> Desk:
    return Desk(sign_in(context.new_page(), "anna", PASSWORD, path="/align/"))


@pytest.fixture
def context(live_server: LiveServer, browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile; two shapes wait to be placed."""
    blob_store().ensure_bucket()
    anna = Person.objects.create_user(username="anna", password=PASSWORD, roles=["annotator"])
    for asset in ("antiqueChair.glb", "barrel.glb"):
        make_task(anna, asset=asset)
    made = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    yield made
    made.close()


@pytest.fixture
def desk(context: BrowserContext) -> Desk:
    opened = open_desk(context)
    opened.ready()
    return opened


def test_a_shape_is_placed_by_keys_and_the_server_counts_the_same(desk: Desk) -> None:
    start = desk.iou
    assert start < 0.6
    before = desk.pose
    desk.press("ArrowRight")
    assert desk.pose["translation"][0] < before["translation"][0]
    desk.press("Control+z")
    assert desk.pose == before
    # The way back to the true pose: right, up, farther, and ten degrees of turn.
    for _ in range(4):
        desk.press("ArrowRight")
    for _ in range(3):
        desk.press("ArrowUp", "PageDown")
    desk.press("d", "d")
    desk.settle()
    turned_right = desk.iou
    desk.press("a", "a", "a", "a")
    desk.settle()
    turned_left = desk.iou
    if turned_right > turned_left:
        desk.press("d", "d", "d", "d")
    desk.settle()
    assert desk.iou > start + 0.15
    said = desk.iou
    stored = desk.submit()
    assert stored.method == "keys"
    assert stored.browser_iou == pytest.approx(said)
    assert stored.server_iou == pytest.approx(said, abs=0.01)


def test_handles_in_the_photo_move_the_shape(desk: Desk) -> None:
    before, start = desk.pose, desk.iou
    box = desk.page.get_by_test_id("photo-pane").bounding_box()
    assert box is not None
    view = [float(n) for n in desk.page.locator(".align-layers").get_attribute("viewBox").split()]  # type: ignore[union-attr]
    x, y, z = before["translation"]
    reach = 2.5 * WIDTH / 2
    u, v = WIDTH / 2 - reach * x / z, HEIGHT / 2 - reach * y / z
    left = box["x"] + (u - view[0]) / view[2] * box["width"]
    top = box["y"] + (v - view[1]) / view[3] * box["height"]
    mouse = desk.page.mouse
    # The red arrow to the right: whatever the hand does, the shape moves along it alone.
    mouse.move(left + 60, top)
    desk.settle()
    mouse.down()
    mouse.move(left + 95, top - 30, steps=6)
    mouse.up()
    desk.settle()
    after = desk.pose
    assert after["translation"][0] < x - 0.05
    assert after["translation"][1:] == pytest.approx([y, z], abs=1e-9)
    assert after["rotation"] == before["rotation"]
    # Beside the handles the shape itself is taken, both ways.
    mouse.move(left + 30, top + 90)
    desk.settle()
    mouse.down()
    mouse.move(left + 30, top + 70, steps=4)
    mouse.up()
    desk.settle()
    assert desk.pose["translation"][1] > y + 0.02
    assert desk.iou > start
    said = desk.iou
    stored = desk.submit()
    assert stored.method == "gizmo"
    assert stored.server_iou == pytest.approx(said, abs=0.01)


def test_a_snap_fits_the_mask_and_can_be_undone(desk: Desk, model_server_url: str) -> None:
    environment = settings.ENVIRONMENT.model_copy(update={"model_server_url": model_server_url})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "ENVIRONMENT", environment)
        before, start = desk.pose, desk.iou
        desk.press("s")
        expect(desk.page.get_by_test_id("snapped")).to_be_visible(timeout=60_000)
        desk.settle()
        fitted = desk.iou
        assert start < 0.6
        assert fitted > 0.9
        desk.press("u")
        assert desk.pose == before
        desk.press("y")
        desk.settle()
        assert desk.iou == fitted
        stored = desk.submit()
    assert stored.method == "snap"
    assert stored.server_iou == pytest.approx(fitted, abs=0.01)


@pytest.fixture
def desk_with_points(live_server: LiveServer, browser: Browser) -> Iterator[Desk]:
    """A shape waits whose photo has a pointmap, and one whose photo has none."""
    blob_store().ensure_bucket()
    anna = Person.objects.create_user(username="anna", password=PASSWORD, roles=["annotator"])
    make_task(anna, asset="antiqueChair.glb", has_points=True)
    make_task(anna, asset="barrel.glb")
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    opened = open_desk(context)
    opened.ready()
    yield opened
    context.close()


def residual_of(desk: Desk) -> float:
    expect(desk.page.get_by_test_id("residual")).not_to_have_attribute("data-residual", "", timeout=30_000)
    return float(desk.attribute("residual", "data-residual"))


def test_a_pointmap_is_shown_and_the_server_measures_the_same_distance(desk_with_points: Desk) -> None:
    desk = desk_with_points
    off = residual_of(desk)
    assert off > 0.2
    desk.photograph("align_points_off")
    placement = read_pose(TRUE)
    for axis, metres in enumerate(placement.translation_3 + np.array([0, 0, 0.05])):
        desk.page.get_by_test_id(f"place-{axis}").fill(f"{metres:.3f}")
        desk.page.get_by_test_id(f"place-{axis}").press("Enter")
    for _ in range(2):
        desk.press("a")
    desk.settle()
    if residual_of(desk) > 0.1:
        desk.press("d", "d", "d", "d")
        desk.settle()
    said = residual_of(desk)
    assert said < 0.1
    desk.photograph("align_points_near")
    stored = desk.submit()
    assert stored.server_residual == pytest.approx(said, abs=0.002)
    assert stored.server_iou == pytest.approx(stored.browser_iou, abs=0.01)
    # The next photo has none.
    desk.ready()
    expect(desk.page.get_by_test_id("residual")).to_have_count(0)


def test_a_snap_with_a_pointmap_fits_both(desk_with_points: Desk, model_server_url: str) -> None:
    desk = desk_with_points
    environment = settings.ENVIRONMENT.model_copy(update={"model_server_url": model_server_url})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "ENVIRONMENT", environment)
        off = residual_of(desk)
        desk.press("s")
        expect(desk.page.get_by_test_id("snapped")).to_be_visible(timeout=60_000)
        desk.settle()
        assert residual_of(desk) < min(0.05, off / 4)
        assert desk.iou > 0.85
        desk.photograph("align_points_snapped")


def test_without_a_model_server_a_snap_says_so_and_loses_nothing(desk: Desk) -> None:
    before = desk.pose
    desk.press("s")
    expect(desk.page.get_by_test_id("refused")).to_contain_text("model server", timeout=30_000)
    assert desk.pose == before
    desk.press("ArrowLeft")
    assert desk.pose != before


def test_numbers_can_be_typed_and_a_reload_brings_them_back(desk: Desk) -> None:
    desk.page.get_by_test_id("place-2").fill("5.5")
    desk.page.get_by_test_id("place-2").press("Enter")
    desk.page.get_by_test_id("angle-roll").fill("30")
    desk.page.get_by_test_id("angle-roll").press("Enter")
    desk.page.get_by_test_id("scale-1").fill("0")
    desk.page.get_by_test_id("scale-1").press("Enter")
    assert desk.pose["translation"][2] == 5.5
    assert desk.pose["scale"] == [1, 1, 1]
    desk.wait("saved", "data-saved-where", "server")
    changed = desk.pose
    draft = AlignmentTask.objects.get(state="held").draft
    assert draft is not None
    assert draft["pose"] == changed
    desk.page.reload()
    desk.ready()
    expect(desk.page.get_by_test_id("restored")).to_be_visible()
    assert desk.pose == changed


def test_a_task_that_went_to_somebody_else_is_told(desk: Desk) -> None:
    AlignmentTask.objects.filter(state="held").update(lease_token=uuid4())
    desk.press("ArrowLeft", "Enter")
    expect(desk.page.get_by_test_id("lease-lost")).to_be_visible(timeout=30_000)
    assert not Alignment.objects.exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_of_the_page_stands(context: BrowserContext, theme: str) -> None:
    desk = open_desk(context)
    desk.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # "light" or "dark"
    faults: list[str] = []
    desk.page.on("pageerror", lambda error: faults.append(str(error)))
    desk.ready()
    desk.photograph(f"align_solid_{theme}")
    assert violations(desk.page) == []
    desk.press("v", "2")
    desk.page.get_by_test_id("ring").click()
    desk.settle()
    desk.photograph(f"align_outline_{theme}")
    desk.press("v", "3", "f")
    desk.settle()
    desk.photograph(f"align_difference_{theme}")
    desk.press("?")
    expect(desk.page.get_by_test_id("help")).to_be_visible()
    desk.photograph(f"align_help_{theme}")
    assert violations(desk.page) == []
    desk.press("Escape")
    assert faults == []
    sticks_out = desk.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not sticks_out
