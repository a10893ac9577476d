"""Brings many photos in at once. Each photo stands or falls alone; what was left out is reported with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from engine.accounts.models import Person
from engine.core.errors import EngineError, Unavailable
from engine.photos.coco import CocoObject, CocoPhoto, read_coco
from engine.photos.masks import mask_from_coco
from engine.photos.models import Photo, TargetObject
from engine.photos.pairing import pair_files
from engine.photos.services.photos import clean_name, create_photo
from engine.photos.services.targets import create_target, record_target

# Names to what reads the bytes, so that a folder of thousands is never in memory at once.
Files = Mapping[str, Callable[[], bytes]]
OnTarget = Callable[[TargetObject], None]


@dataclass(frozen=True, kw_only=True)
class SkippedFile:
    """What was left out, and why."""

    file: str
    reason: str


@dataclass
class ImportReport:
    """How many photos and objects the import holds now (new or known already), and what it left out."""

    photos: int = 0
    targets: int = 0
    skipped: list[SkippedFile] = field(default_factory=list)

    def skip(self, file: str, reason: str) -> None:
        """Note what was left out."""
        self.skipped.append(SkippedFile(file=file, reason=reason))


def import_folder(*, files: Files, by: Person | None, on_target: OnTarget) -> ImportReport:
    """Import photos and the masks paired with them by name; ``on_target`` runs in each object's transaction.

    Raises Unavailable when the blob store goes down; what was imported until then stays, and a second run is safe.
    """
    pairing = pair_files(files)
    report = ImportReport()
    for name, reason in pairing.skipped:
        report.skip(name, reason)
    for name, mask_names in pairing.masks_by_photo.items():
        photo = _import_photo(name, files[name], by=by, report=report)
        for mask_name in mask_names:
            if photo is None:
                report.skip(mask_name, f"Its photo {name} was left out.")
            else:
                _import_mask(photo, mask_name, files[mask_name], on_target=on_target, report=report)
    return report


def import_coco(*, annotations: bytes, files: Files, by: Person | None, on_target: OnTarget) -> ImportReport:
    """Import the photos of a COCO or SA-1B file; ``on_target`` runs in each object's transaction.

    Raises InvalidInput when the file as a whole cannot be read, Unavailable when the blob store goes down.
    """
    report = ImportReport()
    by_name = {clean_name(name): read for name, read in files.items()}
    for described in read_coco(annotations):
        read = by_name.pop(clean_name(described.file_name), None)
        if read is None:
            report.skip(described.file_name, "The annotations name this photo, but it was not sent.")
            continue
        photo = _import_photo(described.file_name, read, by=by, report=report)
        if photo is not None:
            _import_objects(photo, described, on_target=on_target, report=report)
    for name in by_name:
        report.skip(name, "The annotations do not name this photo.")
    return report


def _import_photo(name: str, read: Callable[[], bytes], *, by: Person | None, report: ImportReport) -> Photo | None:
    try:
        photo, _ = create_photo(content=read(), name=name, by=by)
    except Unavailable:
        raise
    except EngineError as error:
        report.skip(name, str(error))
        return None
    report.photos += 1
    return photo


def _import_mask(
    photo: Photo, name: str, read: Callable[[], bytes], *, on_target: OnTarget, report: ImportReport
) -> None:
    try:
        with transaction.atomic():
            target, _ = create_target(photo=photo, mask_png=read(), name=photo.name.rsplit(".", 1)[0])
            on_target(target)
    except Unavailable:
        raise
    except EngineError as error:
        report.skip(name, str(error))
    else:
        report.targets += 1


def _import_objects(photo: Photo, described: CocoPhoto, *, on_target: OnTarget, report: ImportReport) -> None:
    said = (described.width or photo.width, described.height or photo.height)
    if said != (photo.width, photo.height):
        reason = f"The annotations are for {said[0]} x {said[1]} pixels, the photo has {photo.width} x {photo.height}."
        report.skip(described.file_name, reason)
        return
    for one in described.objects:
        label = f"{described.file_name}, annotation {one.annotation_id}"
        if one.is_crowd:
            report.skip(label, "It marks a crowd, not one object.")
            continue
        try:
            _import_object(photo, one, on_target=on_target)
        except Unavailable:
            raise
        except EngineError as error:
            report.skip(label, str(error))
        else:
            report.targets += 1


def _import_object(photo: Photo, one: CocoObject, *, on_target: OnTarget) -> None:
    mask = mask_from_coco(one.segmentation, width=photo.width, height=photo.height)
    with transaction.atomic():
        target, _ = record_target(photo=photo, mask=mask, name=one.name)
        on_target(target)
