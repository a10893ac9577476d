"""Claiming the next task with 50 clients at once, at 1 k to 1 M open targets: what does a longer queue cost?

Run: ``python -m benchmarks.claim [--quick]``. Without --quick it writes docs/benchmarks/claim.json.

Each client is a person on a connection of her own who calls the service that the API calls. After each claim, and
outside the measured time, her slot is closed and a new target opens at the end of the queue, so that the queue keeps
its length and its head moves on, as in use. No slot may be handed out twice: that is counted.
"""

import argparse
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from benchmarks.harness import BenchDatabase, Figure, bench_database, figure, quantile, write_result
from benchmarks.loading import load_people, load_slots, load_targets

CLIENTS = 50
_REPLACE = """
WITH closed AS (UPDATE annotation_assignment SET state = 'submitted' WHERE id = %s)
INSERT INTO annotation_assignment (target_id, slot, state, priority, candidate_ids, created_at)
VALUES (%s, 0, 'open', 0, '{}', now())
"""


@dataclass
class Window:
    """What the clients saw in one stretch of time."""

    seconds: float = 0
    latencies: list[float] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)


def _client(person_id: int, *, spare: "count[int]", until: list[float], start: threading.Barrier) -> Window:
    from django.db import connection

    from engine.annotation.services import claim_assignment

    seen = Window()
    try:
        connection.ensure_connection()
        start.wait()
        while time.perf_counter() < until[0]:
            began = time.perf_counter()
            claimed = claim_assignment(annotator_id=person_id)
            seen.latencies.append(time.perf_counter() - began)
            if claimed is None:
                raise SystemExit("the queue ran dry, or a claim found nothing in a full queue")
            seen.slots.append(claimed.id)
            with connection.cursor() as cursor:
                cursor.execute(_REPLACE, [claimed.id, next(spare)])
    finally:
        connection.close()
    return seen


def measure(people: list[int], *, spare: "count[int]", seconds: float) -> Window:
    """Let the people claim for a while and return what they saw together."""
    until = [0.0]

    def begin() -> None:
        until[0] = time.perf_counter() + seconds

    start = threading.Barrier(len(people), action=begin)
    whole = Window()
    with ThreadPoolExecutor(max_workers=len(people)) as pool:
        for seen in pool.map(lambda pk: _client(pk, spare=spare, until=until, start=start), people):
            whole.latencies += seen.latencies
            whole.slots += seen.slots
    whole.seconds = time.perf_counter() - until[0] + seconds
    if len(set(whole.slots)) != len(whole.slots):
        raise SystemExit("a slot was handed out twice")
    return whole


def _name(n: int) -> str:
    return "1m" if n == 1_000_000 else f"{n // 1000}k"


def measure_size(
    database: BenchDatabase, people: list[int], *, n: int, windows: int, seconds: float
) -> dict[str, list[float]]:
    """Return throughput and percentiles of each window at ``n`` open targets; the last key is one client alone."""
    with database.connect() as connection:
        load_slots(connection, n=n, overlap=1)
    spare = count(n + 1)
    measure(people, spare=spare, seconds=seconds / 3)  # warms caches and plans
    seen: dict[str, list[float]] = {"per_s": [], "p50_ms": [], "p99_ms": [], "alone_p50_ms": []}
    for _ in range(windows):
        window = measure(people, spare=spare, seconds=seconds)
        seen["per_s"].append(len(window.latencies) / window.seconds)
        seen["p50_ms"].append(quantile(window.latencies, 0.5) * 1000)
        seen["p99_ms"].append(quantile(window.latencies, 0.99) * 1000)
        alone = measure(people[:1], spare=spare, seconds=seconds / 3)
        seen["alone_p50_ms"].append(quantile(alone.latencies, 0.5) * 1000)
    print(_name(n), {key: [round(value, 2) for value in values] for key, values in seen.items()}, flush=True)
    return seen


def run(database: BenchDatabase, *, is_quick: bool) -> dict[str, Figure]:
    """Measure every size and return the figures."""
    sizes = [1_000, 10_000, 100_000] if is_quick else [1_000, 10_000, 100_000, 1_000_000]
    windows, seconds = (2, 2.0) if is_quick else (5, 6.0)
    with database.connect() as connection:
        people = [pk for pk, _ in load_people(connection, n=CLIENTS)]
        # Targets beyond the largest queue open one by one as others close.
        load_targets(connection, n=sizes[-1] + 200_000, with_candidates=False)
    figures: dict[str, Figure] = {}
    medians: dict[int, list[float]] = {}
    for n in sizes:
        seen = measure_size(database, people, n=n, windows=windows, seconds=seconds)
        medians[n] = seen["p50_ms"]
        units = {"per_s": "claims/s", "p50_ms": "ms", "p99_ms": "ms", "alone_p50_ms": "ms"}
        figures |= {f"claim_{key}_{_name(n)}": figure(seen[key], unit=unit) for key, unit in units.items()}
    base = quantile(medians[sizes[0]], 0.5)
    ratios = [value / base for value in medians[sizes[-1]]]
    key = f"claim_p50_ratio_{_name(sizes[-1])}_over_1k"
    return {key: figure(ratios, unit="ratio", target="<= 1.5")} | figures


def main() -> None:
    """Measure, check, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and short, prints only")
    is_quick = parser.parse_args().quick
    with bench_database() as database:
        os.environ.update(database.environment)
        import django

        django.setup()
        figures = run(database, is_quick=is_quick)
        from django.db import connection

        connection.close()
    write_result("claim", figures, is_quick=is_quick)


if __name__ == "__main__":
    main()
