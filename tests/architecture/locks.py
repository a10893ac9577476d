"""Writes the lock files anew: one with everything, and one each for the images that need less."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).parent / "uv"
OPTIONS = ["--generate-hashes", "--no-emit-index-url", "--python-version", "3.11", "--quiet"]


def compile_lock(name: str, *arguments: str) -> None:
    """Resolve pyproject.toml into ``requirements/NAME.lock``."""
    command = [UV, "pip", "compile", "pyproject.toml", *OPTIONS, *arguments, "-o", f"requirements/{name}.lock"]
    subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    compile_lock("all", "--all-extras")
    compile_lock("engine", "-c", "requirements/all.lock")
    compile_lock("models", "--extra", "models", "-c", "requirements/all.lock")
