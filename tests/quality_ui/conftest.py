"""Pages about people's work in a real browser against a real server, database and blob store, without workers."""

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from engine.accounts.models import Person
from engine.annotation.models import Campaign, Outcome
from engine.annotation.scheduling import Step
from engine.annotation.services import Submission, claim_assignment, open_ready_assignments, submit_choice
from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.models import GenerationRequest
from engine.candidates.services.generation import run_generation
from engine.core.storage import blob_store
from engine.demo.seeding import PHOTOS_FOLDER
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target
from tests.annotator_ui.conftest import PASSWORD, browser  # noqa: F401  # a fixture, for those who ask for it by name
from tests.e2e.conftest import screenshots  # noqa: F401  # likewise
from tests.e2e.profiles import Profiles

N_CANDIDATES = 4
Visit = Callable[..., Page]


def _make_object(line: dict[str, str]) -> None:
    photo, _ = create_photo(content=(PHOTOS_FOLDER / line["photo"]).read_bytes(), name=line["photo"])
    target, _ = create_target(photo=photo, mask_png=(PHOTOS_FOLDER / line["mask"]).read_bytes(), name=line["name"])
    request = GenerationRequest.objects.create(
        target=target, generator="fake", n=N_CANDIDATES, seed=target.pk, steps=1, guidance=0
    )
    assert run_generation(request_id=request.pk, factory=lambda _name, _digest: FakeGenerator())


def answer_everything(person: Person, *, place: int, rating: float) -> None:
    """Let the person prefer the candidate at this place (by id) of every object that is offered to her."""
    while (task := claim_assignment(annotator_id=person.pk)) is not None:
        winner, *others = sorted(task.candidate_ids, key=lambda pk: (pk != sorted(task.candidate_ids)[place], pk))
        steps = [Step(left_id=winner, right_id=other, verdict="left", milliseconds=4000) for other in others]
        submit_choice(
            annotator=person, assignment_id=task.id, lease_token=task.lease_token, idempotency_key=uuid4(),
            submission=Submission(
                outcome=Outcome.CHOSEN, winner_id=winner, rating=rating, comparisons=steps,
                rejections=[(others[0], ["floaters", "missing_part"])], comment="The handle is as in the photo.",
                viewer_mode="clay", milliseconds=21_000,
            ),
        )  # fmt: skip


@pytest.fixture
def people(transactional_db: None) -> dict[str, Person]:
    """One person a role, and a simulated annotator."""
    create = Person.objects.create_user
    roles = {"anna": "annotator", "rosa": "reviewer", "mila": "ml_lead", "admin": "admin"}
    made = {name: create(username=name, password=PASSWORD, roles=[role]) for name, role in roles.items()}
    made["simon"] = create(username="simon", password=PASSWORD, roles=["annotator"], is_simulated=True)
    return made


@pytest.fixture
def objects(people: dict[str, Person]) -> None:
    """Two objects with candidates, two choices wanted of each, nothing answered yet."""
    blob_store().ensure_bucket()
    Campaign.objects.update(overlap=2)
    for line in json.loads((PHOTOS_FOLDER / "seed.json").read_text())[:2]:
        _make_object(line)
    open_ready_assignments()


@pytest.fixture
def disputes(objects: None, people: dict[str, Person]) -> None:
    """Two people prefer another candidate of each object."""
    answer_everything(people["anna"], place=1, rating=0.8)
    answer_everything(people["simon"], place=2, rating=0.4)


@pytest.fixture
def visit(live_server: LiveServer, browser: Browser) -> Iterator[Visit]:  # noqa: F811
    """``visit("rosa", "/gold/", theme="dark")`` signs in with a fresh browser profile and opens the page."""
    profiles = Profiles(browser, base_url=live_server.url, password=PASSWORD)

    def open_page(name: str, path: str, *, theme: str = "light") -> Page:
        page = profiles.open(name, path=path, theme=theme)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    profiles.close()
