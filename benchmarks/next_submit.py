"""Next task and submit, in a loop, over HTTP: how many answers a second does the whole platform take on this machine?

Run: ``python -m benchmarks.next_submit [--quick] [--workers N]``. Without --quick it writes
docs/benchmarks/next_submit.json.

16 people with a token each, closed loop, no time to think, a new connection for each request. Client, web server and
PostgreSQL (fsync on) share the machine. An answer counts once its 201 has come, and that is sent after the commit. At
the end everybody finishes the task in hand; then the rows are counted: every answer stored once and whole, no task in
two hands, nothing left over.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg

from benchmarks.harness import BenchDatabase, Figure, bench_database, figure, quantile, write_result
from benchmarks.http_client import post
from benchmarks.loading import CANDIDATES, load_people, load_slots, load_targets
from engine.core.environment import PROJECT_FOLDER
from engine.demo.stack.commands import web_command
from engine.demo.stack.ports import find_free
from engine.demo.stack.process import ManagedProcess
from engine.demo.stack.settings import StackSettings

PEOPLE = 16
TARGETS = {10_000: ">= 110", 100_000: ">= 100"}


@dataclass
class Window:
    """What the people saw in one stretch of time."""

    seconds: float = 0
    next_seconds: list[float] = field(default_factory=list)
    submit_seconds: list[float] = field(default_factory=list)
    assignment_ids: list[int] = field(default_factory=list)
    web_cpu: float = 0
    database_cpu: float = 0
    client_cpu: float = 0


def _answer(assignment: dict[str, Any]) -> dict[str, Any]:
    """Return a whole answer: the first candidate beats all others, and one of them is rejected with a reason."""
    ids = [candidate["id"] for candidate in assignment["candidates"]]
    steps = [{"left_id": ids[0], "right_id": other, "verdict": "left", "milliseconds": 1500} for other in ids[1:]]
    return {
        "lease_token": assignment["lease_token"],
        "idempotency_key": str(uuid4()),
        "outcome": "chosen",
        "winner_id": ids[0],
        "rating": 0.8,
        "comparisons": steps,
        "rejections": [{"candidate_id": ids[1], "reasons": ["floaters"]}],
        "viewer_mode": "clay",
        "milliseconds": 20_000,
    }


async def _person(port: int, token: str, *, until: float, seen: Window) -> None:
    while time.perf_counter() < until:
        began = time.perf_counter()
        status, body = await post(port, "/api/assignments/next/", token, {})
        seen.next_seconds.append(time.perf_counter() - began)
        if status != 200 or body["assignment"] is None:
            raise SystemExit(f"next answered {status}: {body}")
        assignment = body["assignment"]
        seen.assignment_ids.append(assignment["id"])
        answer = _answer(assignment)
        began = time.perf_counter()
        status, body = await post(port, f"/api/assignments/{assignment['id']}/submit/", token, answer)
        seen.submit_seconds.append(time.perf_counter() - began)
        if status != 201:
            raise SystemExit(f"submit answered {status}: {body}")


def _cpu_of(root: psutil.Process) -> float:
    """Return the CPU seconds of a process and all its children, those that have ended included."""
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        times = process.cpu_times()
        total += times.user + times.system
    ended = root.cpu_times()
    return total + ended.children_user + ended.children_system


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _postmaster(database: BenchDatabase) -> psutil.Process:
    pid = int((database.folder / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    return psutil.Process(pid)


def measure(database: BenchDatabase, web: psutil.Process, *, port: int, tokens: list[str], seconds: float) -> Window:
    """Let the people work for a while and return what they saw and what it cost."""
    postmaster, seen = _postmaster(database), Window()

    async def work() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(_person(port, token, until=until, seen=seen) for token in tokens))

    before = _cpu_of(web), _cpu_of(postmaster), _own_cpu()
    began = time.perf_counter()
    asyncio.run(work())
    # Until the last answer was stored: more than was asked for, and all of it counts.
    seen.seconds = time.perf_counter() - began
    after = _cpu_of(web), _cpu_of(postmaster), _own_cpu()
    seen.web_cpu, seen.database_cpu, seen.client_cpu = (b - a for a, b in zip(before, after, strict=True))
    return seen


def _one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def check(connection: psycopg.Connection, windows: list[Window]) -> None:
    """Count rows: what the people were told must be what is stored. Raises SystemExit."""
    handed_out = [pk for window in windows for pk in window.assignment_ids]
    n = len(handed_out)
    facts = {
        "tasks handed out twice": n - len(set(handed_out)),
        "answers lost or doubled": n - _one(connection, "SELECT count(*) FROM annotation_choice"),
        "answers of one person to one object twice": n
        - _one(connection, "SELECT count(DISTINCT (annotator_id, target_id)) FROM annotation_choice"),
        "comparisons missing": n * (CANDIDATES - 1) - _one(connection, "SELECT count(*) FROM annotation_comparison"),
        "rejections missing": n - _one(connection, "SELECT count(*) FROM annotation_rejection"),
        "slots not closed": n
        - _one(connection, "SELECT count(*) FROM annotation_assignment WHERE state = 'submitted'"),
        "tasks left in hands": _one(connection, "SELECT count(*) FROM annotation_assignment WHERE state = 'held'"),
    }
    wrong = {what: number for what, number in facts.items() if number}
    if wrong:
        raise SystemExit(f"the rows do not say what the people were told: {wrong}")


@contextmanager
def web_server(database: BenchDatabase, *, workers: int) -> Iterator[tuple[int, psutil.Process]]:
    """Run the platform's web server, as the demo starts it but for the number of workers; give its port and process."""
    port = find_free(1)[0]
    command = web_command(settings=StackSettings(web_port=port))
    command[command.index("--workers") + 1] = str(workers)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    process = ManagedProcess(
        name="web", command=command, cwd=PROJECT_FOLDER, is_ready=answers, log_path=database.folder / "web.log",
        environment=database.environment,
    )  # fmt: skip
    process.start()
    try:
        process.wait_ready(seconds=60)
        yield port, psutil.Process(process.pid)
    finally:
        process.stop()


def count_statements(database: BenchDatabase, *, port: int, tokens: list[str], web: psutil.Process) -> float:
    """Return the SQL statements an answer takes, as PostgreSQL's own log counts them (BEGIN and COMMIT too)."""
    log = next(path for path in (database.folder / "postgres").iterdir() if path.name == "log")
    with database.connect() as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
        offset = _size(log)
        seen = measure(database, web, port=port, tokens=tokens[:1], seconds=1.0)
        text = _text(log)[offset:]
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("SELECT pg_reload_conf()")
    lines = [line for line in text.splitlines() if "LOG:  statement:" in line or "LOG:  execute" in line]
    return len(lines) / len(seen.submit_seconds)


def _size(log: Path) -> int:
    return len(_text(log))


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def _figures_of(windows: list[Window], *, name: str, target: str | None) -> dict[str, Figure]:
    def each(values: list[float], unit: str) -> Figure:
        return figure(values, unit=unit)

    n = [len(window.submit_seconds) for window in windows]
    per_s = [count / window.seconds for count, window in zip(n, windows, strict=True)]
    found = {f"next_submit_per_s_{name}": figure(per_s, unit="answers/s", target=target)}
    for share, label in ((0.5, "p50"), (0.99, "p99")):
        found[f"next_{label}_ms_{name}"] = each([quantile(w.next_seconds, share) * 1000 for w in windows], "ms")
        found[f"submit_{label}_ms_{name}"] = each([quantile(w.submit_seconds, share) * 1000 for w in windows], "ms")
    for label in ("web_cpu", "database_cpu", "client_cpu"):
        spent = [getattr(window, label) / count * 1000 for window, count in zip(windows, n, strict=True)]
        found[f"{label}_ms_per_answer_{name}"] = each(spent, "ms")
    return found


def measure_setting(
    database: BenchDatabase, tokens: list[str], *, n: int, overlap: int, workers: int, repeats: int, seconds: float
) -> dict[str, Figure]:
    """Measure one length of queue and one overlap, check the rows, and return the figures."""
    with database.connect() as connection:
        load_slots(connection, n=n, overlap=overlap)
    name = f"{n // 1000}k" + ("" if overlap == 1 else f"_overlap_{overlap}")
    with web_server(database, workers=workers) as (port, web):
        warm = measure(database, web, port=port, tokens=tokens, seconds=seconds / 5)
        windows = [measure(database, web, port=port, tokens=tokens, seconds=seconds) for _ in range(repeats)]
        with database.connect() as connection:
            check(connection, [warm, *windows])
        statements = count_statements(database, port=port, tokens=tokens, web=web)
    found = _figures_of(windows, name=name, target=TARGETS.get(n) if overlap == 1 else None)
    found[f"sql_statements_per_answer_{name}"] = figure([statements], unit="statements")
    print(name, {key: one.value for key, one in found.items()}, flush=True)
    return found


def run(database: BenchDatabase, *, is_quick: bool, workers: int) -> dict[str, Figure]:
    """Measure every setting and return the figures."""
    sizes = [2_000] if is_quick else [10_000, 100_000]
    repeats, seconds = (1, 5.0) if is_quick else (3, 20.0)
    with database.connect() as connection:
        tokens = [token for _, token in load_people(connection, n=PEOPLE)]
        load_targets(connection, n=sizes[-1], with_candidates=True)
    figures: dict[str, Figure] = {}
    for n in sizes:
        for overlap in (1, 3):
            figures |= measure_setting(
                database, tokens, n=n, overlap=overlap, workers=workers, repeats=repeats, seconds=seconds
            )
    return figures


def main() -> None:
    """Measure, check, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and short, prints only")
    parser.add_argument("--workers", type=int, default=1, help="processes of the web server")
    arguments = parser.parse_args()
    subprocess.run(["sync"], check=False)
    with bench_database() as database:
        os.environ.update(database.environment)
        figures = run(database, is_quick=arguments.quick, workers=arguments.workers)
    write_result("next_submit", figures, is_quick=arguments.quick)


if __name__ == "__main__":
    main()
