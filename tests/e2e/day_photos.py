"""Photos for a day of their own: the demo's, seen in a mirror, so that no other test has them."""

import io
import json
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

from engine.demo.seeding import PHOTOS_FOLDER


def write_mirrored(folder: Path, *, n: int) -> list[Path]:
    """Write ``n`` photos of one object each and their masks, NAME.jpg beside NAME_mask.png; return all files.

    Where there are not enough, the first ones come again, darker: other bytes are another photo.
    """
    lines = json.loads((PHOTOS_FOLDER / "seed.json").read_text())
    files: list[Path] = []
    for number in range(n):
        line = lines[number % len(lines)]
        photo = ImageOps.mirror(Image.open(PHOTOS_FOLDER / line["photo"]).convert("RGB"))
        photo = ImageEnhance.Brightness(photo).enhance(1 - 0.15 * (number // len(lines)))
        # Two objects may share a photo; here each has its own file.
        path = folder / f"day_{number:02}.jpg"
        path.write_bytes(_jpeg(photo, quality=90 - number % 20))
        mask = folder / f"day_{number:02}_mask.png"
        ImageOps.mirror(Image.open(PHOTOS_FOLDER / line["mask"])).save(mask)
        files += [path, mask]
    return files


def _jpeg(photo: Image.Image, *, quality: int) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=quality)
    return out.getvalue()
