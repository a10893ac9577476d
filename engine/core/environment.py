"""Every setting that comes from outside, typed and in one place. Read from ``FLYWHEEL_*`` environment variables."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_FOLDER = Path(__file__).resolve().parents[2]


class Environment(BaseSettings):
    """The engine's environment. A missing or wrong value stops the start with its name."""

    model_config = SettingsConfigDict(env_prefix="FLYWHEEL_", extra="ignore", env_file=None)

    secret_key: SecretStr
    debug: bool = False
    allowed_hosts: list[str] = ["localhost", "127.0.0.1"]
    csrf_trusted_origins: list[str] = []
    is_https: bool = Field(default=False, description="Cookies only over TLS; set it behind a TLS proxy")
    proxies: int = Field(
        default=0, ge=0, description="Proxies of yours in front: so many addresses of X-Forwarded-For are believed"
    )
    log_level: str = "INFO"
    metrics_token: SecretStr | None = None

    database_url: str = Field(description="postgresql://user:password@host:port/name, or ?host=/socket/folder")
    broker_url: str = Field(description="redis://host:port/0")

    s3_endpoint_url: str | None = Field(default=None, description="None: AWS itself")
    s3_public_endpoint_url: str | None = Field(default=None, description="As browsers reach it, if that differs")
    s3_region: str = "us-east-1"
    s3_bucket: str = "flywheel"
    s3_access_key_id: str
    s3_secret_access_key: SecretStr
    s3_url_seconds: int = Field(default=900, ge=30, le=604_800)

    model_server_url: str = "http://127.0.0.1:8500"
    model_server_token: SecretStr | None = None
    model_server_timeout_seconds: float = Field(default=180, gt=0)

    data_folder: Path = Field(default=PROJECT_FOLDER / "var", description="Scratch: runs of trainers, caches")
    static_root: Path = PROJECT_FOLDER / "staticfiles"

    max_photo_bytes: int = 40 * 1024 * 1024
    max_photo_pixels: int = 60_000_000
    max_mesh_bytes: int = 100 * 1024 * 1024
    max_pointmap_bytes: int = 256 * 1024 * 1024

    generators: dict[str, int] = Field(
        default={"network": 4, "retrieval": 4}, description="The suite: candidates a target by generator name"
    )
    generation_steps: int = Field(default=25, ge=1, le=200)
    generation_guidance: float = Field(default=2.0, ge=0, le=30)
    generation_lease_seconds: int = Field(default=300, ge=10)
    generation_max_attempts: int = Field(default=5, ge=1)

    annotation_overlap: int = Field(
        default=1, ge=1, le=32, description="Choices wanted for one target, where a database begins"
    )
    lease_seconds: int = Field(default=600, ge=5)
    record_alpha: float = Field(default=0.6, ge=0, le=1)
    heldout_fraction: float = Field(default=0.2, ge=0, le=0.9)

    round_lease_seconds: int = Field(default=60, ge=5)
    trainer_python: str | None = Field(default=None, description="Interpreter with torch; None: this one")
    trainer_processes: int = Field(default=1, ge=1, description="More than one starts the trainers through torchrun")
