"""Where a round keeps its files: under the data folder, one folder a round. Pure."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RoundFolders:
    """Folders of one round. GPU workers that shall resume each other's rounds share the data folder."""

    data_folder: Path
    round_id: int

    @property
    def root(self) -> Path:
        """The round's own folder."""
        return self.data_folder / "rounds" / str(self.round_id)

    @property
    def train(self) -> Path:
        """The frozen training data."""
        return self.root / "train"

    @property
    def heldout(self) -> Path:
        """The frozen held-out data."""
        return self.root / "heldout"

    @property
    def live_checkpoint(self) -> Path:
        """The weights that training starts from and that the challenger must beat."""
        return self.root / "live_checkpoint"

    def stage(self, stage: str) -> Path:
        """The run folder of a training stage."""
        return self.root / stage

    def evaluation(self, role: str) -> Path:
        """The run folder of an evaluation."""
        return self.root / f"evaluate_{role}"

    def relative(self, folder: Path) -> str:
        """Return ``folder`` relative to the data folder, as rows store it."""
        return str(folder.relative_to(self.data_folder))
