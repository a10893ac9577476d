"""All that can be said about the code without running it. ``make check`` runs it, ``make test`` runs it first."""

import filecmp
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
UI = PROJECT / "annotator_ui"
BIN = Path(sys.executable).parent
PYTHON_FOLDERS = [
    "contracts", "engine", "networks", "model_server", "trainers", "migrations", "tests", "benchmarks", "manage.py",
]  # fmt: skip
# Enough for Django to start; no server is asked.
ENVIRONMENT = {
    **os.environ,
    "FLYWHEEL_SECRET_KEY": "only-for-checks",
    "FLYWHEEL_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "FLYWHEEL_BROKER_URL": "redis://127.0.0.1:1/0",
    "FLYWHEEL_S3_ACCESS_KEY_ID": "none",
    "FLYWHEEL_S3_SECRET_ACCESS_KEY": "none",
}


def write_types(target: Path) -> None:
    """Write the TypeScript types of the API to ``target``."""
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "openapi.json"
        spectacular = ["manage.py", "spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn"]
        subprocess.run([sys.executable, *spectacular, "--file", schema], cwd=PROJECT, env=ENVIRONMENT, check=True)
        subprocess.run(
            ["npx", "--no-install", "openapi-typescript", schema, "-o", target],
            cwd=UI,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def check_types_fresh() -> int:
    """Return 0 when the committed types are those of the API as it is."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "schema.d.ts"
        write_types(fresh)
        if filecmp.cmp(fresh, UI / "src" / "api" / "schema.d.ts", shallow=False):
            return 0
    print("annotator_ui/src/api/schema.d.ts is stale: run `make types`")
    return 1


def run(name: str, command: list[str | Path], cwd: Path = PROJECT) -> bool:
    """Run one check; print its output only when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=ENVIRONMENT, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"  {name:<28} {verdict:<7} {time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main() -> int:
    """Run every check, whatever fails before; exit 1 when one failed."""
    if "--write-types" in sys.argv:
        write_types(UI / "src" / "api" / "schema.d.ts")
        return 0
    if "--types-fresh" in sys.argv:
        return check_types_fresh()
    folders = [name for name in PYTHON_FOLDERS if (PROJECT / name).exists()]
    migrations = ["manage.py", "makemigrations", "--check", "--dry-run"]
    results = [
        run("ruff check", [BIN / "ruff", "check", *folders]),
        run("ruff format", [BIN / "ruff", "format", "--check", *folders]),
        run("mypy --strict", [BIN / "mypy"]),
        run("import rules", [BIN / "lint-imports", "--no-cache"]),
        run("migrations complete", [sys.executable, "-W", "ignore", *migrations]),
        run("API types fresh", [sys.executable, "-m", "tests.architecture.check", "--types-fresh"]),
        run("TypeScript and biome", ["npm", "run", "--silent", "check"], cwd=UI),
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
