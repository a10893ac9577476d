"""The annotate page in a real browser against a real server, database and blob store, without workers or models."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from engine.accounts.models import Person
from engine.annotation.services import open_ready_assignments
from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.models import GenerationRequest
from engine.candidates.services.generation import run_generation
from engine.core.storage import blob_store
from engine.demo.seeding import PHOTOS_FOLDER
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target
from tests.e2e.conftest import CHROMIUM, CHROMIUM_FLAGS
from tests.e2e.profiles import sign_in

PASSWORD = "correct horse"
N_CANDIDATES = 3


@dataclass
class Desk:
    """One annotator at the page."""

    page: Page

    def attribute(self, test_id: str, name: str) -> str:
        """Return an attribute of the element with this test id, empty if there is none."""
        return self.page.get_by_test_id(test_id).get_attribute(name) or ""

    def wait(self, test_id: str, name: str, value: str) -> None:
        """Wait until the attribute has this value."""
        expect(self.page.get_by_test_id(test_id)).to_have_attribute(name, value, timeout=30_000)

    def ready(self) -> None:
        """Wait until both candidates are drawn: before that no verdict counts."""
        self.wait("stage", "data-is-ready", "true")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self) -> str:
        """Wait until the page shows a task, or why there is none, and return which state that is."""
        self.page.wait_for_function(
            "['comparing', 'rating', 'empty'].includes(document.querySelector('[data-testid=annotate]').dataset.state)"
        )
        return self.attribute("annotate", "data-state")

    def answer(self, rating: str) -> None:
        """Rate and submit, and wait for what comes next."""
        before = self.attribute("annotate", "data-assignment-id")
        self.press(rating, "Enter")
        expect(self.page.get_by_test_id("annotate")).not_to_have_attribute("data-assignment-id", before)
        self.settle()

    def compare(self, key: str = "1") -> None:
        """Give the same verdict on every pair."""
        for made in range(1, N_CANDIDATES):
            self.ready()
            self.press(key)
            self.wait("annotate", "data-comparisons", str(made))


def _make_task(line: dict[str, str]) -> None:
    photo, _ = create_photo(content=(PHOTOS_FOLDER / line["photo"]).read_bytes(), name=line["photo"])
    target, _ = create_target(photo=photo, mask_png=(PHOTOS_FOLDER / line["mask"]).read_bytes(), name=line["name"])
    request = GenerationRequest.objects.create(
        target=target, generator="fake", n=N_CANDIDATES, seed=target.pk, steps=1, guidance=0
    )
    assert run_generation(request_id=request.pk, factory=lambda _name, _digest: FakeGenerator())


def _prepare(*, n_tasks: int) -> None:
    blob_store().ensure_bucket()
    Person.objects.create_user(username="anna", password=PASSWORD, roles=["annotator"])
    for line in json.loads((PHOTOS_FOLDER / "seed.json").read_text())[:n_tasks]:
        _make_task(line)
    open_ready_assignments()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless, drawing WebGL in software."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop rests whenever test code runs, so that rows may be read beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)


@pytest.fixture
def desk(request: pytest.FixtureRequest, live_server: LiveServer, browser: Browser) -> Iterator[Desk]:
    """An annotator who has just opened the page; four tasks wait, or as many as the test asks for."""
    _prepare(n_tasks=getattr(request, "param", 4))
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    yield Desk(page=sign_in(context.new_page(), "anna", PASSWORD, path="/annotate/"))
    context.close()
