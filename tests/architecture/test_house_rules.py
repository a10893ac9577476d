"""The house rules that a machine can check: who imports whom, who points at whom, what may not be loaded."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from contracts.generation import CAMERA_FOCAL

PROJECT = Path(__file__).resolve().parents[2]
# From the top of the house to its ground. Rooms of one floor do not know each other.
FLOORS = [
    {"demo"}, {"rounds"}, {"records"}, {"annotation", "artistry"}, {"candidates"}, {"photos", "registry"},
    {"accounts"}, {"core"},
]  # fmt: skip
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base"}


def _floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_follow_the_house() -> None:
    done = _lint_imports(PROJECT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "line", "broken"),
    [
        ("engine/core/clock.py", "import engine.rounds.models", "rooms import downwards"),
        ("engine/photos/models.py", "import engine.registry.models", "rooms import downwards"),
        ("engine/rounds/judging.py", "import django", "the soul is pure"),
        ("engine/core/clock.py", "import networks.flow", "never by import"),
        ("networks/flow.py", "import contracts.digests", "networks knows tensors"),
        ("trainers/losses.py", "import model_server", "trainers never meets"),
    ],
)
def test_a_forbidden_import_is_noticed(tmp_path: Path, path: str, line: str, broken: str) -> None:
    """The rules themselves are tested: each forbidden line, written into a copy of the house, must break one."""
    for name in ("contracts", "networks", "model_server", "trainers", "engine"):
        _copy_python(PROJECT / name, tmp_path / name)
    (tmp_path / "pyproject.toml").write_text((PROJECT / "pyproject.toml").read_text())
    with (tmp_path / path).open("a") as file:
        file.write(f"\n{line}\n")
    done = _lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(broken in text and "BROKEN" in text for text in done.stdout.splitlines()), done.stdout


def _copy_python(source: Path, destination: Path) -> None:
    for path in source.rglob("*.py"):
        copy = destination / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())


def test_the_web_process_never_loads_torch() -> None:
    code = (
        "import sys; import engine.wsgi, engine.urls, engine.celery; engine.celery.app.loader.import_default_modules();"
        " heavy = {'torch', 'pytorch3d', 'networks', 'trainers', 'model_server'} & set(sys.modules);"
        " assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_foreign_key_points_up_the_house() -> None:
    rooms = set().union(*FLOORS)
    for model in apps.get_models():
        room = model._meta.app_label
        if room not in rooms:
            continue
        for field in model._meta.get_fields():
            if not getattr(field, "many_to_one", False) and not (
                getattr(field, "one_to_one", False) and getattr(field, "concrete", False)
            ):
                continue
            target = field.related_model._meta.app_label  # type: ignore[union-attr]
            if target in rooms and target != room:
                assert _floor_of(target) > _floor_of(room), f"{model.__name__}.{field.name} points up to {target}"


def test_every_process_assumes_the_same_camera() -> None:
    """networks may not import contracts, so the number stands twice; poses would silently disagree otherwise."""
    text = (PROJECT / "networks" / "frames.py").read_text()
    assert f"\nFOCAL = {CAMERA_FOCAL}\n" in text


def test_no_room_listens_to_signals() -> None:
    for path in (PROJECT / "engine").rglob("*.py"):
        text = path.read_text()
        assert "django.dispatch" not in text, path
        assert "db.models.signals" not in text, path


def test_no_module_has_a_name_that_says_nothing() -> None:
    for folder in ("contracts", "networks", "model_server", "trainers", "engine", "annotator_ui/src"):
        for path in (PROJECT / folder).rglob("*"):
            holds_code = path.is_file() or any(part.suffix in {".py", ".ts", ".tsx"} for part in path.rglob("*"))
            assert not holds_code or path.stem not in FORBIDDEN_NAMES, path
