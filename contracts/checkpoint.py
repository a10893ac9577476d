"""The card of a checkpoint: what its weights are, where they came from, and how it is named."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.digests import sha256_of_json

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Stage = Literal["pretrain", "midtrain", "sft", "dpo", "distill"]


class WeightsFile(BaseModel):
    """One safetensors shard of a checkpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.safetensors$")
    sha256: Sha256
    size_bytes: int = Field(ge=1)


class CheckpointCard(BaseModel):
    """``card.json`` beside the weights. The digest names weights and architecture; the rest is provenance."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    network: dict[str, Any] = Field(description="Configuration that networks.weights builds the modules from")
    files: list[WeightsFile] = Field(min_length=1)
    stage: Stage
    recipe: str
    parent_sha256: Sha256 | None = None
    dataset_sha256: Sha256 | None = None
    seed: int
    steps: int = Field(ge=0)
    code_commit: str = ""
    created_at: datetime
    metrics: dict[str, float] = Field(default_factory=dict)

    @property
    def checkpoint_sha256(self) -> str:
        """The name of this checkpoint: the same weights in the same network are the same checkpoint."""
        files = sorted((file.name, file.sha256) for file in self.files)
        return sha256_of_json({"network": self.network, "files": files})
