"""Build the table of light: ``python -m trainers.data.build_lights PACKAGE trainers/data/lights.json``.

PACKAGE is the unpacked npm package ``@pmndrs/assets`` 1.7.0, whose ``hdri`` folder holds photographed surroundings by
Poly Haven under CC0 1.0. Their EXR compression needs the reference library: ``pip install OpenEXR``. Only nine numbers
a colour are kept of each, so neither the package nor the library is needed again.
"""

import argparse
import base64
import importlib
import json
import re
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from trainers.data.lighting import LUMINANCE, harmonics


def read_surroundings(path: Path) -> NDArray[np.float32]:
    """Return the picture of an ``.exr.js`` module, (H, W, 3), the sky in the first row."""
    content = re.search(r"base64,([A-Za-z0-9+/=]+)", path.read_text())
    if content is None:
        raise ValueError(f"{path} holds no picture")
    reader = importlib.import_module("OpenEXR")
    with tempfile.NamedTemporaryFile(suffix=".exr") as file:
        file.write(base64.b64decode(content.group(1)))
        file.flush()
        with reader.File(file.name) as opened:
            pixels = opened.channels()["RGB"].pixels
    # Lossy compression leaves small negatives.
    return np.asarray(pixels, dtype=np.float32).clip(min=0)


def project(picture_HW3: NDArray[np.float32]) -> torch.Tensor:
    """Return the radiance of an equirectangular picture in nine harmonics, (9, 3), its mean luminance set to one."""
    height, width, _ = picture_HW3.shape
    polar_H = (torch.arange(height, dtype=torch.float64) + 0.5) / height * torch.pi
    around_W = (torch.arange(width, dtype=torch.float64) + 0.5) / width * 2 * torch.pi
    polar_HW, around_HW = torch.meshgrid(polar_H, around_W, indexing="ij")
    sine_HW = polar_HW.sin()
    direction = torch.stack([sine_HW * around_HW.cos(), polar_HW.cos(), sine_HW * around_HW.sin()], -1)
    area_HW = sine_HW * (torch.pi / height) * (2 * torch.pi / width)
    radiance_93 = torch.einsum("hwk,hwc,hw->kc", harmonics(direction), torch.from_numpy(picture_HW3).double(), area_HW)
    mean = 0.282095 * radiance_93[0] @ radiance_93.new_tensor(LUMINANCE)
    return (radiance_93 / mean).float()


def main() -> None:
    """Read the command line and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("table", type=Path)
    given = parser.parse_args()
    lights = [
        {
            "name": path.name.removesuffix(".exr.js"),
            "radiance": [[round(value, 5) for value in row] for row in project(read_surroundings(path)).tolist()],
        }
        for path in sorted((given.package / "hdri").glob("*.exr.js"))
    ]
    if not lights:
        raise SystemExit(f"no surroundings in {given.package / 'hdri'}")
    lines = ",\n".join(json.dumps(light) for light in lights)
    source = json.dumps("npm @pmndrs/assets 1.7.0, hdri: Poly Haven, CC0-1.0")
    given.table.write_text(f'{{"source": {source},\n"lights": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
