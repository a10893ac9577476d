"""Which files of a folder are photos and which are their masks, told by their names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

PHOTO_ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
_MASK_NAME = re.compile(r"^(?P<stem>.+)[_-]mask(?:_\d+)?$", re.IGNORECASE)


@dataclass
class Pairing:
    """Photos by name with the names of their masks, and what fitted nowhere, with the reason."""

    masks_by_photo: dict[str, list[str]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def pair_files(names: Iterable[str]) -> Pairing:
    """Pair ``NAME.jpg`` with ``NAME.png``, ``NAME_mask.png`` and ``NAME_mask_2.png`` of the same folder.

    A PNG alone is a photo; beside a JPEG or WebP of its name it is that photo's mask.
    """
    pairing = Pairing()
    paths = []
    for name in sorted(set(names)):
        path = PurePosixPath(name)
        if path.suffix.lower() in PHOTO_ENDINGS and not path.name.startswith("."):
            paths.append(path)
        else:
            pairing.skipped.append((name, "Not a JPEG, PNG or WebP file."))
    masks = [path for path in paths if path.suffix.lower() == ".png" and _MASK_NAME.match(path.stem)]
    rest = [path for path in paths if path not in set(masks)]
    others = {_key(path.with_suffix("")) for path in rest if path.suffix.lower() != ".png"}
    same_named = [path for path in rest if path.suffix.lower() == ".png" and _key(path.with_suffix("")) in others]
    photos = [path for path in rest if path not in set(same_named)]
    pairing.masks_by_photo = {str(path): [] for path in photos}
    photo_by_key = {_key(path.with_suffix("")): str(path) for path in photos}
    for path in [*same_named, *masks]:
        match = _MASK_NAME.match(path.stem)
        stem = match["stem"] if match else path.stem
        photo = photo_by_key.get(_key(path.with_name(stem)))
        if photo is None:
            pairing.skipped.append((str(path), f"A mask without its photo: there is no {stem}.jpg beside it."))
        else:
            pairing.masks_by_photo[photo].append(str(path))
    return pairing


def _key(path: PurePosixPath) -> str:
    return str(path).lower()
