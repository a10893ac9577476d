"""Every setting of the server, read from MODEL_SERVER_* variables."""

import tempfile
from pathlib import Path
from typing import Literal

import torch
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from model_server.precision import cpu_has_bfloat16


class ServerSettings(BaseSettings):
    """Settings and their limits."""

    model_config = SettingsConfigDict(env_prefix="MODEL_SERVER_")

    host: str = "127.0.0.1"
    port: int = Field(default=8100, ge=1, le=65535)
    cache_folder: Path = Path(tempfile.gettempdir()) / "flywheel-model-cache"
    cache_bytes: int = Field(default=20 * 2**30, ge=0, description="Old weights are deleted beyond this")
    checkpoint_bytes: int = Field(default=40 * 2**30, ge=1, description="Larger checkpoints are refused")
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    threads: int = Field(default=0, ge=0, le=1024, description="Threads of one computation; 0 leaves torch's choice")
    niceness: int = Field(default=0, ge=0, le=19, description="Of generating: how far it gives way to other processes")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="Of sampling on a CPU; auto: bfloat16 where the CPU computes in it, else float32"
    )
    compile: bool = Field(default=True, description="On a GPU: fuse what stands beside the large products")
    token: SecretStr = Field(default=SecretStr(""), description="When set, POST needs it as a bearer token")
    queue_length: int = Field(default=16, ge=1, description="Requests that may wait; more are answered 503")
    body_bytes: int = Field(default=96 * 2**20, ge=1024)
    photo_pixels: int = Field(default=50_000_000, ge=1)
    fetch_seconds: float = Field(default=600, gt=0, description="For all shards of one checkpoint together")
    shutdown_seconds: int = Field(default=60, ge=1)

    def torch_device(self) -> torch.device:
        """Return the device to use; ``auto`` takes the first GPU, if there is one."""
        if self.device == "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return torch.device(self.device)

    def cpu_dtype(self) -> torch.dtype:
        """Return the number type in which a CPU follows the flow."""
        if self.precision == "auto":
            return torch.bfloat16 if cpu_has_bfloat16() else torch.float32
        return torch.bfloat16 if self.precision == "bfloat16" else torch.float32
