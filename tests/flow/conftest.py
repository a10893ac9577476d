"""Settings of the flow tests: a small suite and a data folder of their own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def small_platform(settings: Any, tmp_path: Path) -> None:
    """Two candidates of each generator, and rounds that keep their files in the test's folder."""
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(
        update={
            "generators": {"network": 2, "retrieval": 2},
            "data_folder": tmp_path / "data",
            "record_alpha": 0.6,
            "heldout_fraction": 0.5,
        }
    )
