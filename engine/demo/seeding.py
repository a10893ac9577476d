"""Fills an empty platform: people, a first checkpoint, photos with masks. Run again, it changes nothing."""

import json
from dataclasses import dataclass
from pathlib import Path

from engine.accounts.models import Person, Role
from engine.accounts.services import create_person
from engine.candidates.services.requests import request_candidates
from engine.core.storage import blob_store
from engine.demo.people import DEMO_PEOPLE, demo_password
from engine.demo.shipped import SEED_FOLDER, SMALL_FOLDER, Shipped, choose_folder
from engine.photos.models import TargetObject
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target
from engine.registry.models import Checkpoint
from engine.registry.selectors import live_deployment
from engine.registry.services import deploy_checkpoint, publish_checkpoint

PHOTOS_FOLDER = SEED_FOLDER / "photos"


@dataclass(frozen=True)
class SeedReport:
    """What the seeding found or made."""

    n_people: int
    checkpoint_sha256: str
    checkpoint_is: str
    is_checkpoint_live: bool
    n_targets: int
    n_new_targets: int


def seed_people() -> list[Person]:
    """Create one person for each role, those that exist left as they are."""
    people = []
    for demo in DEMO_PEOPLE:
        person = Person.objects.filter(username=demo.username).first()
        people.append(
            person
            or create_person(
                username=demo.username,
                password=demo_password(),
                roles=[Role(demo.role)],
                display_name=demo.display_name,
            )
        )
    return people


def seed_checkpoint(*, folder: Path = SMALL_FOLDER) -> Checkpoint:
    """Publish a shipped checkpoint; deploy it if nothing has ever been live."""
    checkpoint = publish_checkpoint(folder=folder)
    if live_deployment() is None:
        deploy_checkpoint(checkpoint=checkpoint, reason="The checkpoint that ships with the demo")
    return checkpoint


def seed_photos(*, folder: Path = PHOTOS_FOLDER) -> tuple[list[TargetObject], int]:
    """Bring in the shipped photos with their masks and ask for candidates; return the targets and how many are new."""
    credit_of = {line["file"]: line for line in json.loads((folder / "credits.json").read_text())}
    targets, n_new = [], 0
    for line in json.loads((folder / "seed.json").read_text()):
        target, is_new = _seed_photo(folder, line, credit=credit_of.get(line["photo"], {}))
        targets.append(target)
        n_new += is_new
    return targets, n_new


def seed_demo(*, has_photos: bool, shipped: str = Shipped.BASE) -> SeedReport:
    """Seed everything; without photos, people and checkpoint alone. Raises ValueError for a checkpoint that is not."""
    blob_store().ensure_bucket()
    people = seed_people()
    folder, said = choose_folder(shipped)
    checkpoint = seed_checkpoint(folder=folder)
    live = live_deployment()
    targets, n_new = seed_photos() if has_photos else ([], 0)
    return SeedReport(
        n_people=len(people),
        checkpoint_sha256=checkpoint.checkpoint_sha256,
        checkpoint_is=said,
        is_checkpoint_live=live is not None and live.checkpoint_id == checkpoint.pk,
        n_targets=len(targets),
        n_new_targets=n_new,
    )


def _seed_photo(folder: Path, line: dict[str, str], *, credit: dict[str, str]) -> tuple[TargetObject, bool]:
    said = ", ".join(filter(None, (credit.get(key) for key in ("title", "author", "licence", "source_package"))))
    photo, _ = create_photo(content=(folder / line["photo"]).read_bytes(), name=line["photo"], credit=said)
    target, is_new = create_target(photo=photo, mask_png=(folder / line["mask"]).read_bytes(), name=line["name"])
    request_candidates(target=target)
    return target, is_new
