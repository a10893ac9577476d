"""The compose file against the Compose Specification and against the code it starts. No container is run here."""

import os
import re
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from engine.core.environment import Environment

PROJECT = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def _interpolated(value: Any, variables: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _interpolated(inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [_interpolated(inner, variables) for inner in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if variables.get(name):
            return variables[name]
        assert kind != "?", f"{name} is required and .env.example does not name it"
        return rest if kind == "-" else ""

    return _VARIABLE.sub(replace, value)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    lines = [line for line in (PROJECT / ".env.example").read_text().splitlines() if "=" in line and line[0] != "#"]
    variables = {name: value or "filled-in" for name, value in (line.split("=", 1) for line in lines)}
    loaded: dict[str, Any] = _interpolated(yaml.safe_load((PROJECT / "docker-compose.yml").read_text()), variables)
    return loaded


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    parsed = compose_spec.PyCompose.from_yaml(yaml.safe_dump(compose, sort_keys=False))
    assert set(parsed.service_names()) == set(compose["services"])


def test_a_misspelt_key_would_be_noticed(compose: dict[str, Any]) -> None:
    broken = yaml.safe_load(yaml.safe_dump(compose))
    broken["services"]["web"]["restrat"] = "always"
    with pytest.raises(Exception, match="restrat"):
        compose_spec.PyCompose.from_yaml(yaml.safe_dump(broken))


def test_every_lasting_service_restarts_and_the_stores_keep_their_data(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
    for name in ("postgres", "valkey", "seaweedfs"):
        assert compose["services"][name]["volumes"], name
        assert compose["services"][name]["healthcheck"], name


def test_every_queue_has_a_worker_whatever_the_profile(compose: dict[str, Any]) -> None:
    from engine.celery import app

    for profile in ("cpu", "gpu"):
        queues = {
            service["command"][service["command"].index("-Q") + 1]
            for service in compose["services"].values()
            if "-Q" in service.get("command", []) and profile in service.get("profiles", [profile])
        }
        assert queues == {queue.name for queue in app.conf.task_queues}


def test_the_engine_understands_its_environment(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    given = compose["services"]["web"]["environment"]
    known = {f"FLYWHEEL_{name}".upper() for name in Environment.model_fields}
    assert set(given) <= known
    for name in [name for name in os.environ if name.startswith("FLYWHEEL_")]:
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, str(value))
    assert Environment().s3_bucket == "flywheel"  # type: ignore[call-arg]


def test_the_images_copy_only_what_exists(compose: dict[str, Any]) -> None:
    for name in ("engine", "model_server", "trainers"):
        for line in (PROJECT / name / "Dockerfile").read_text().splitlines():
            if not line.startswith("COPY ") or "--from" in line:
                continue
            for source in line.split()[1:-1]:
                assert (PROJECT / source).exists(), f"{name}/Dockerfile copies {source}"
