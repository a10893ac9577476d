"""Starts the whole platform, watches it, and ends every process that it started and none other."""

import fcntl
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.core.environment import PROJECT_FOLDER
from engine.demo.stack import commands
from engine.demo.stack.ports import answers, is_free
from engine.demo.stack.process import ManagedProcess, StackError
from engine.demo.stack.services import PostgresService, seaweed_process, valkey_process
from engine.demo.stack.settings import S3_EXTRA_PORTS, StackSettings, load_secrets

MINIMUM_FREE_BYTES = 2 * 1024**3
DATABASE = "flywheel"
STATE_NAME = "stack.json"
# Valkey and S3 start first and end last: the platform says goodbye to them.
N_STORES = 2

Say = Callable[[str], None]


class Stack:
    """The platform of one data folder. Use as ``with Stack(settings=…, say=…) as stack: …``."""

    def __init__(
        self, *, settings: StackSettings, say: Say = print, minimum_free_bytes: int = MINIMUM_FREE_BYTES
    ) -> None:
        self.settings = settings
        self.folder = settings.data_folder.resolve()
        self._say = say
        self._minimum_free_bytes = minimum_free_bytes
        self._started_at = time.monotonic()
        self._postgres = PostgresService(self.folder / "postgres")
        self._lock_file: int | None = None
        self.processes: list[ManagedProcess] = []
        self.environment: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://{self.settings.host}:{self.settings.web_port}/"

    def __enter__(self) -> "Stack":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything and wait until all of it answers. Raises StackError with what to do."""
        self._check_disk()
        self._lock()
        self._check_ports()
        secrets = load_secrets(self.folder)
        with self._step("PostgreSQL"):
            self._postgres.start()
            self._postgres.ensure_database(DATABASE)
        self.environment = commands.stack_environment(
            settings=self.settings, secrets=secrets, database_url=self._postgres.url(DATABASE)
        )
        with self._step("Valkey and S3"):
            self._start_all(self._stores(secrets))
        model_server = self._process("model server", commands.model_server_command(), is_ready=self._model_answers)
        model_server.start()  # importing torch takes seconds: meanwhile the database is prepared
        self.processes.append(model_server)
        with self._step("database and demo data"):
            self._prepare()
        with self._step("web server and workers"):
            self._start_all(self._platform())
        with self._step("model server"):
            model_server.wait_ready(seconds=120)
        self._write_state()

    def _stores(self, secrets: dict[str, str]) -> list[ManagedProcess]:
        settings = self.settings
        return [
            valkey_process(
                folder=self.folder / "valkey", port=settings.valkey_port, log_path=self.folder / "logs" / "valkey.log"
            ),
            seaweed_process(
                folder=self.folder / "s3",
                ports=[settings.s3_port + offset for offset in range(S3_EXTRA_PORTS + 1)],
                bucket=commands.BUCKET,
                access_key_id=commands.S3_ACCESS_KEY_ID,
                secret_access_key=secrets["s3_secret_access_key"],
                log_path=self.folder / "logs" / "s3.log",
            ),
        ]

    def _platform(self) -> list[ManagedProcess]:
        settings = self.settings
        return [
            self._process("web", commands.web_command(settings=settings), is_ready=self._web_answers),
            self._worker("default", threads=2),
            self._worker("propose", threads=settings.propose_threads),
            self._worker("gpu", threads=1),
            self._process("beat", commands.beat_command(folder=self.folder)),
        ]

    def _process(self, name: str, command: list[str], *, is_ready: Callable[[], bool] = lambda: True) -> ManagedProcess:
        return ManagedProcess(
            name=name, command=command, environment=self.environment, cwd=PROJECT_FOLDER, is_ready=is_ready,
            log_path=self.folder / "logs" / f"{name.replace(' ', '-')}.log",
        )  # fmt: skip

    def _worker(self, queue: str, *, threads: int) -> ManagedProcess:
        log_path = self.folder / "logs" / f"worker-{queue}.log"
        offset = log_path.stat().st_size if log_path.exists() else 0

        def is_ready() -> bool:
            return log_path.exists() and b" ready." in log_path.read_bytes()[offset:]

        return self._process(
            f"worker {queue}", commands.worker_command(queue=queue, threads=threads), is_ready=is_ready
        )

    def _web_answers(self) -> bool:
        return answers(self.settings.web_port, host=self.settings.host)

    def _model_answers(self) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.settings.model_port}/health",
            headers={"Authorization": f"Bearer {self.environment['MODEL_SERVER_TOKEN']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=2):  # noqa: S310  # our own server
                return True
        except OSError:
            return False

    def _start_all(self, processes: list[ManagedProcess]) -> None:
        for process in processes:
            process.start()
            self.processes.append(process)
        for process in processes:
            process.wait_ready(seconds=60)

    def _prepare(self) -> None:
        for line in self.manage("prepare_demo").splitlines():
            self._say(f"           {line}")

    def manage(self, *arguments: str) -> str:
        """Run a management command in the stack's environment and return what it printed."""
        done = subprocess.run(
            commands.manage_command(*arguments), env=self.environment, cwd=PROJECT_FOLDER, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise StackError(f"manage.py {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def watch(self) -> None:
        """Keep the platform running until interrupted: what ends by itself is started again, up to five times."""
        ends: dict[str, int] = {}
        while True:
            time.sleep(1)
            if not self._postgres.is_running():
                self._say("PostgreSQL ended; starting it again.")
                self._postgres.start()
            for process in self.processes:
                if process.is_running():
                    continue
                ends[process.name] = ends.get(process.name, 0) + 1
                if ends[process.name] > 5:
                    raise StackError(
                        f"{process.name} keeps ending. The end of {process.log_path}:\n{process.log_tail()}"
                    )
                self._say(f"{process.name} ended; starting it again. Its log: {process.log_path}")
                process.start()

    def stop(self) -> None:
        """End what was started, last first. The data stays."""
        for process in self.processes[N_STORES:]:
            process.ask_to_stop()
        for process in reversed(self.processes):
            process.stop()
        self.processes.clear()
        self._postgres.stop()
        # Without the lock the folder is another launcher's, and so is what it wrote there.
        if self._lock_file is not None:
            (self.folder / STATE_NAME).unlink(missing_ok=True)
            os.close(self._lock_file)
            self._lock_file = None

    def _write_state(self) -> None:
        state = {
            "pid": os.getpid(),
            "url": self.url,
            "processes": {process.name: process.pid for process in self.processes},
        }
        (self.folder / STATE_NAME).write_text(json.dumps(state, indent=2))

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        self._say(f"  {time.monotonic() - self._started_at:5.1f} s  {what} …")
        yield

    def _check_disk(self) -> None:
        existing = next(folder for folder in [self.folder, *self.folder.parents] if folder.exists())
        free = shutil.disk_usage(existing).free
        if free < self._minimum_free_bytes:
            raise StackError(
                f"Only {free / 1024**3:.1f} GiB are free where {self.folder} lies; at least "
                f"{self._minimum_free_bytes / 1024**3:.1f} GiB are needed. Free some space, or set "
                "FLYWHEEL_DATA_FOLDER to a folder on a larger disk."
            )

    def _check_ports(self) -> None:
        taken = [f"{port} ({name})" for name, port in self.settings.ports().items() if not is_free(port)]
        if taken:
            raise StackError(
                f"Taken by another program: port {', '.join(taken)}. Stop that program, or set the variable in "
                "brackets to a free port, e.g. FLYWHEEL_WEB_PORT=8010 make demo."
            )

    def _lock(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path: Path = self.folder / "stack.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode().strip()
            os.close(descriptor)
            raise StackError(
                f"The platform already runs on {self.folder} (process {holder}). Use that one, stop it with Ctrl-C, "
                "or set FLYWHEEL_DATA_FOLDER and the ports to run a second one."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._lock_file = descriptor
