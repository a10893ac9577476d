"""Makes a fresh machine ready: checks what it has, installs the locked packages, builds the pages.

Runs on the system's Python with the standard library alone, before any package is installed. What is up to date is
left alone, so a second run costs a fraction of a second. ``python3 engine/demo/bootstrap.py [--with-tests]``
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
UI = PROJECT / "annotator_ui"
STAMPS = VENV / "stamps"
MINIMUM_PYTHON, TOO_NEW_PYTHON, MINIMUM_NODE = (3, 11), (3, 13), 20
# The locked packages unpacked, the downloader's cache of them, and some air.
BYTES_NEEDED_TO_INSTALL = 14 * 1024**3


class SetupError(Exception):
    """The machine lacks something, and what to do about it."""


def main() -> int:
    """Prepare the machine; a refusal is one clear message and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-tests", action="store_true", help="also what the tests need, a browser included")
    arguments = parser.parse_args()
    try:
        check_python()
        check_node()
        install_python_packages()
        build_pages()
        if arguments.with_tests:
            install_browser()
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on from here.", file=sys.stderr)
        return 130
    return 0


def check_python() -> None:
    """Refuse a Python that the locked packages were not made for."""
    if not MINIMUM_PYTHON <= sys.version_info[:2] < TOO_NEW_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"Python 3.11 or 3.12 is needed, this is {found}. On Debian 12: apt install python3 python3-venv"
        )


def check_node() -> None:
    """Refuse a missing or old Node.js before anything long begins."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise SetupError(
            "Node.js with npm was not found: the pages are built with it. Install Node.js 20 or newer "
            "(apt install nodejs npm where that is 20, or your version manager), then run this again."
        )
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < MINIMUM_NODE:
        raise SetupError(f"Node.js {MINIMUM_NODE} or newer is needed to build the pages; this is {version}.")


def check_disk(bytes_needed: int) -> None:
    """Refuse to begin an installation that cannot end."""
    free = shutil.disk_usage(PROJECT).free
    if free < bytes_needed:
        raise SetupError(
            f"{free / 1024**3:.1f} GiB are free in {PROJECT}; the installation needs {bytes_needed / 1024**3:.0f} GiB. "
            "Free some space or clone to a larger disk."
        )


def install_python_packages() -> None:
    """Make ``.venv`` hold exactly what the lock file says, hashes checked."""
    lock = PROJECT / "requirements" / "all.lock"
    wanted = digest([lock, PROJECT / "requirements" / "bootstrap.lock"])
    if is_done("python", wanted) and PYTHON.exists():
        return
    check_disk(BYTES_NEEDED_TO_INSTALL)
    if not PYTHON.exists():
        step(
            "Python environment", [sys.executable, "-m", "venv", str(VENV)], hint="On Debian: apt install python3-venv"
        )
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes"]
        step("package installer", [*pip, "-r", str(PROJECT / "requirements" / "bootstrap.lock")])
    # The machine's own certificates: behind a company's proxy the built-in ones are not enough.
    sync = [str(uv), "pip", "sync", "--quiet", "--require-hashes", "--system-certs", "--python", str(PYTHON)]
    step(
        "Python packages (about 5 GB the first time)",
        [*sync, str(lock), str(PROJECT / "requirements" / "bootstrap.lock")],
    )
    mark_done("python", wanted)


def build_pages() -> None:
    """Install the locked npm packages and build annotator_ui."""
    packages = digest([UI / "package-lock.json"])
    if not is_done("npm", packages) or not (UI / "node_modules").is_dir():
        step("page packages", ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=UI)
        mark_done("npm", packages)
    sources = [path for path in sorted(UI.rglob("*")) if path.is_file() and is_source(path)]
    wanted = digest(sources)
    if not is_done("pages", wanted) or not (UI / "dist" / "manifest.json").exists():
        step("pages", ["npm", "run", "--silent", "build"], cwd=UI)
        mark_done("pages", wanted)


def is_source(path: Path) -> bool:
    """Tell what the build reads from what it writes or merely uses."""
    return not {"node_modules", "dist"} & set(path.relative_to(UI).parts)


def install_browser() -> None:
    """Find Chromium, or install Debian's when we may."""
    if shutil.which("chromium"):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError("The browser tests need Chromium. As root: apt install chromium. Then run this again.")
    step("list of Debian packages", ["apt-get", "update", "-qq"])
    step("Chromium", ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"])


def step(what: str, command: list[str], *, cwd: Path = PROJECT, hint: str = "") -> None:
    """Run one command with a line before and its output only when it fails."""
    began = time.monotonic()
    print(f"  {what} … ", end="", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        print("failed")
        raise SetupError(f"{' '.join(command)}\n{shortened(done.stdout)}\n{hint}".rstrip())
    print(f"{time.monotonic() - began:.0f} s", flush=True)


def shortened(output: str, *, keep: int = 2_000) -> str:
    """Keep both ends of a long output: some programs say what is wrong first, some last."""
    return output if len(output) <= 2 * keep else f"{output[:keep]}\n[…]\n{output[-keep:]}"


def digest(paths: list[Path]) -> str:
    """Return a digest of the files' names and contents."""
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(str(path.relative_to(PROJECT)).encode())
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def is_done(name: str, wanted: str) -> bool:
    """Return whether the step was last done for the same inputs."""
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == wanted


def mark_done(name: str, wanted: str) -> None:
    """Remember that the step was done for these inputs."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(wanted)


if __name__ == "__main__":
    sys.exit(main())
