"""Writes photos."""

from django.conf import settings

from engine.accounts.models import Person
from engine.core.storage import blob_store
from engine.photos.images import read_photo
from engine.photos.models import Photo


def create_photo(
    *, content: bytes, name: str, by: Person | None = None, credit: str = "", is_simulated: bool = False
) -> tuple[Photo, bool]:
    """Store an uploaded photo upright; return it and whether it is new. The same bytes again are the same Photo.

    Raises InvalidInput or TooLarge for what is not a photo, Unavailable when the blob store is down.
    """
    environment = settings.ENVIRONMENT
    upright = read_photo(content, max_bytes=environment.max_photo_bytes, max_pixels=environment.max_photo_pixels)
    # Bytes before the row: a row never points at nothing, and a blob without a row is found again by its digest.
    sha256 = blob_store().put(upright.content, content_type=upright.content_type)
    return Photo.objects.get_or_create(
        photo_sha256=sha256,
        defaults={
            "name": clean_name(name) or f"photo {sha256[:8]}",
            "width": upright.width,
            "height": upright.height,
            "size_bytes": len(upright.content),
            "content_type": upright.content_type,
            "credit": credit,
            "is_simulated": is_simulated,
            "uploaded_by": by,
        },
    )


def clean_name(name: str) -> str:
    """Return a file's name without its folder and without what a page or a database stumbles over."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable()).strip()[:200]
