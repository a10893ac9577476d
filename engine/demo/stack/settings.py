"""Where the stack keeps its data and which ports it uses."""

import json
import secrets
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.core.environment import PROJECT_FOLDER
from engine.demo.shipped import Shipped
from engine.demo.stack.ports import find_free

# SeaweedFS serves its master, volumes and filer beside S3, and gRPC 10000 above each.
S3_EXTRA_PORTS = 3
GRPC_OFFSET = 10_000


class StackSettings(BaseSettings):
    """Read from ``FLYWHEEL_*`` variables, like the engine's own environment."""

    model_config = SettingsConfigDict(env_prefix="FLYWHEEL_", extra="ignore")

    data_folder: Path = PROJECT_FOLDER / "var" / "demo"
    host: str = Field(default="127.0.0.1", description="Where the web server listens; the rest stays on 127.0.0.1")
    web_port: int = Field(default=8000, ge=1, le=65_535)
    model_port: int = Field(default=8500, ge=1, le=65_535)
    valkey_port: int = Field(default=6390, ge=1, le=65_535)
    s3_port: int = Field(default=8333, ge=1, le=65_535 - GRPC_OFFSET - S3_EXTRA_PORTS)
    web_threads: int = Field(default=4, ge=1)
    propose_threads: int = Field(default=2, ge=1)
    seed_checkpoint: str = Field(
        default=Shipped.BASE.value, description="What an empty platform begins with: base, small or a folder"
    )

    def ports(self) -> dict[str, int]:
        """Return every port the stack listens on, by the variable that moves it."""
        named = {
            "FLYWHEEL_WEB_PORT": self.web_port,
            "FLYWHEEL_MODEL_PORT": self.model_port,
            "FLYWHEEL_VALKEY_PORT": self.valkey_port,
            "FLYWHEEL_S3_PORT": self.s3_port,
        }
        for offset in range(1, S3_EXTRA_PORTS + 1):
            named[f"FLYWHEEL_S3_PORT + {offset}"] = self.s3_port + offset
        return named

    def with_free_ports(self) -> "StackSettings":
        """Return the same settings on ports that are free now."""
        found = find_free(40)
        # S3 needs four in a row; the list is ascending, so look for the first such run.
        start = next(
            port for i, port in enumerate(found) if found[i : i + 4] == list(range(port, port + S3_EXTRA_PORTS + 1))
        )
        others = [port for port in found if port not in range(start, start + S3_EXTRA_PORTS + 1)]
        return self.model_copy(
            update={"s3_port": start, "web_port": others[0], "model_port": others[1], "valkey_port": others[2]}
        )


def load_secrets(folder: Path) -> dict[str, str]:
    """Return the secrets of a data folder, made at its first use and readable by its owner alone."""
    path = folder / "secrets.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = {
            name: secrets.token_urlsafe(32) for name in ("secret_key", "s3_secret_access_key", "model_server_token")
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(made, indent=2))
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded
