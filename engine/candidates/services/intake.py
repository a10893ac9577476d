"""Takes photos and masks in and asks for candidates in the same transaction, so that no object waits unseen."""

from dataclasses import dataclass

from django.db import transaction

from engine.accounts.models import Person
from engine.candidates.services.requests import request_candidates
from engine.photos.models import Photo, TargetObject
from engine.photos.services import imports
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target


@dataclass(frozen=True, kw_only=True)
class TakenPhoto:
    """The photo and whether anything about it is new."""

    photo: Photo
    is_new: bool


@transaction.atomic
def take_photo(*, content: bytes, name: str, mask_png: bytes | None, by: Person | None) -> TakenPhoto:
    """Store a photo and, if a mask comes with it, its object; a bad mask refuses both."""
    photo, is_new = create_photo(content=content, name=name, by=by)
    if mask_png is not None:
        target, is_new_target = create_target(photo=photo, mask_png=mask_png, name=photo.name.rsplit(".", 1)[0])
        request_candidates(target=target)
        is_new = is_new or is_new_target
    return TakenPhoto(photo=photo, is_new=is_new)


@transaction.atomic
def take_mask(*, photo: Photo, mask_png: bytes, name: str) -> tuple[TargetObject, bool]:
    """Add one more object to a photo and ask for its candidates; return it and whether it is new."""
    target, is_new = create_target(photo=photo, mask_png=mask_png, name=name)
    request_candidates(target=target)
    return target, is_new


def take_folder(*, files: imports.Files, by: Person | None) -> imports.ImportReport:
    """Import a folder's photos and masks and ask for candidates of every object."""
    return imports.import_folder(files=files, by=by, on_target=_ask)


def take_coco(*, annotations: bytes, files: imports.Files, by: Person | None) -> imports.ImportReport:
    """Import the photos of a COCO or SA-1B file and ask for candidates of every object."""
    return imports.import_coco(annotations=annotations, files=files, by=by, on_target=_ask)


def _ask(target: TargetObject) -> None:
    request_candidates(target=target)
