"""1,000 simulated people who claim, think and answer, each on a connection of her own, with leases ending at random.

Run: ``python -m benchmarks.people [--people 1000] [--minutes 10] [--think-seconds 10] [--quick]``. Without --quick it
writes docs/benchmarks/people.json.

Each person is a thread that calls the services that the API calls; the threads are spread over a few processes. She
thinks for a while (exponential), and sometimes sends her answer twice or walks away. Another connection ends leases
that are running, so that other people take those tasks over while the first ones still think. Whoever still thinks when
the time is up keeps her answer, and each person's first task is left out of the times. At the end the rows are counted:
what people were told is stored must be stored, once, and no object has more answers than its overlap.
"""

import argparse
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.managers import SyncManager
from multiprocessing.synchronize import Barrier
from uuid import UUID, uuid4

import psycopg

from benchmarks.harness import BenchDatabase, Figure, bench_database, figure, quantile, write_result
from benchmarks.loading import load_people, load_slots, load_targets

OVERLAP = 2
SENT_TWICE, WALKS_AWAY = 0.1, 0.05
# Each second, so large a share of the running leases ends.
ENDED_A_SECOND = 0.01
# Of which a person finds nothing: with a queue this much longer than the work, nobody should.
_SPARE = 1.3
# So many of a process's people connect at once: a thousand in one instant would wait longer than a connection may.
_AT_THE_DOOR = 4
_END_LEASES = """
UPDATE annotation_assignment SET lease_expires_at = now() - interval '1 second'
WHERE state = 'held' AND lease_expires_at > now() AND random() < %s
RETURNING id, lease_token
"""
_BEYOND = """
SELECT count(*) FROM (
    SELECT a.target_id FROM annotation_assignment a JOIN annotation_campaign c ON c.id = a.campaign_id
    WHERE a.kind = 'choice' AND a.state IN ('held', 'submitted')
    GROUP BY a.target_id, c.overlap HAVING count(*) > c.overlap OR count(*) > count(DISTINCT a.annotator_id)
) beyond
"""
_ANSWERED_TOO_OFTEN = """
SELECT count(*) FROM (
    SELECT target_id FROM annotation_choice GROUP BY target_id
    HAVING count(*) > %s OR count(*) > count(DISTINCT annotator_id) OR count(*) > count(DISTINCT assignment_id)
) doubled
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the people do."""

    seconds: float
    think_seconds: float


@dataclass
class Diary:
    """What people saw. A lease is named by its slot, its token and the person who got it."""

    claim_seconds: list[float] = field(default_factory=list)
    submit_seconds: list[float] = field(default_factory=list)
    leases: set[tuple[int, UUID, int]] = field(default_factory=set)
    stored: list[int] = field(default_factory=list)
    n_taken_over: int = 0
    n_walked_away: int = 0
    n_empty: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Diary") -> None:
        """Put what others saw to it."""
        for name in ("claim_seconds", "submit_seconds", "stored", "failures"):
            getattr(self, name).extend(getattr(other, name))
        self.leases |= other.leases
        for name in ("n_taken_over", "n_walked_away", "n_empty"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Annotator:
    """One person on a connection of her own."""

    def __init__(self, person_id: int, *, plan: Plan) -> None:
        from engine.accounts.models import Person

        self.person = Person.objects.get(pk=person_id)
        self.plan = plan
        self.seen = Diary()
        self._rng = random.Random(person_id)
        # Her first task fills the caches of a connection that nobody else uses. The platform's are used by everybody.
        self._is_warm = False

    def work(self, until: float) -> None:
        """Claim, think and answer until the time has come."""
        # Not all at the same instant: people do not come like that.
        time.sleep(self._rng.uniform(0, self.plan.think_seconds))
        while time.perf_counter() < until:
            try:
                self._one(until)
            except Exception as error:  # what the API would answer 500 to; she tries again, and it is counted
                self.seen.failures.append(f"{type(error).__name__}: {error}")
                time.sleep(1)
            self._is_warm = True

    def _note(self, durations: list[float], *, began: float) -> None:
        if self._is_warm:
            durations.append(time.perf_counter() - began)

    def _one(self, until: float) -> None:
        from engine.annotation.services import claim_assignment

        began = time.perf_counter()
        claimed = claim_assignment(annotator_id=self.person.pk)
        self._note(self.seen.claim_seconds, began=began)
        if claimed is None:
            self.seen.n_empty += 1
            time.sleep(1)
            return
        self.seen.leases.add((claimed.id, claimed.lease_token, self.person.pk))
        thinks = self._rng.expovariate(1 / self.plan.think_seconds)
        time.sleep(min(thinks, max(0.0, until - time.perf_counter())))
        if time.perf_counter() >= until:
            # All of them answering in that one instant would be a rush that no working day has.
            return
        if self._rng.random() < WALKS_AWAY:
            self.seen.n_walked_away += 1
            return
        key = uuid4()
        for _ in range(2 if self._rng.random() < SENT_TWICE else 1):
            if not self._submit(claimed.id, claimed.lease_token, claimed.candidate_ids, key):
                return

    def _submit(self, assignment_id: int, token: UUID, ids: list[UUID], key: UUID) -> bool:
        from engine.annotation.models import Outcome
        from engine.annotation.scheduling import Step
        from engine.annotation.services import Submission, submit_choice
        from engine.core.errors import Conflict

        submission = Submission(
            outcome=Outcome.CHOSEN, winner_id=ids[0], rating=0.8, rejections=[(ids[1], ["floaters"])],
            comparisons=[Step(left_id=ids[0], right_id=one, verdict="left", milliseconds=1500) for one in ids[1:]],
            viewer_mode="clay", milliseconds=20_000,
        )  # fmt: skip
        began = time.perf_counter()
        try:
            stored = submit_choice(
                annotator=self.person, assignment_id=assignment_id, lease_token=token, idempotency_key=key,
                submission=submission,
            )  # fmt: skip
        except Conflict as error:
            if error.code not in {"lease_taken", "lease_expired"}:
                raise
            self.seen.n_taken_over += 1
            return False
        self._note(self.seen.submit_seconds, began=began)
        self.seen.stored.append(stored.choice_id)
        return True


def _live(
    person_id: int, *, plan: Plan, door: threading.Semaphore, ready: threading.Barrier, until: list[float]
) -> Diary:
    from django.db import connection

    try:
        try:
            with door:
                annotator = Annotator(person_id, plan=plan)
        except BaseException:
            # The others would wait for ever.
            ready.abort()
            raise
        ready.wait()
        annotator.work(until[0])
        return annotator.seen
    finally:
        connection.close()


def _share_of_people(person_ids: list[int], plan: Plan, start: Barrier) -> Diary:
    """Let some of the people live, in this process."""
    import django

    django.setup()
    until = [0.0]

    def begin() -> None:
        start.wait()
        until[0] = time.perf_counter() + plan.seconds

    ready = threading.Barrier(len(person_ids), action=begin)
    door = threading.Semaphore(_AT_THE_DOOR)
    whole = Diary()
    try:
        with ThreadPoolExecutor(max_workers=len(person_ids)) as pool:
            for seen in pool.map(lambda pk: _live(pk, plan=plan, door=door, ready=ready, until=until), person_ids):
                whole.add(seen)
    except BaseException:
        start.abort()
        raise
    return whole


def _end_leases(database: BenchDatabase, *, stop: threading.Event) -> set[tuple[int, UUID]]:
    """End running leases at random; return which."""
    ended: set[tuple[int, UUID]] = set()
    with database.connect() as connection:
        while not stop.wait(1.0):
            ended.update(connection.execute(_END_LEASES, [ENDED_A_SECOND]).fetchall())
    return ended


def _end_with_the_benchmark() -> None:
    """In a process of the benchmark: leave Ctrl-C to it, and end when it has ended in whatever way."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def live(
    database: BenchDatabase, people: list[int], *, plan: Plan, processes: int
) -> tuple[Diary, set[tuple[int, UUID]]]:
    """Let everybody work; return what they saw, and which leases were ended under their hands."""
    context = multiprocessing.get_context("spawn")
    stop, whole = threading.Event(), Diary()
    manager = SyncManager(ctx=context)
    manager.start(_end_with_the_benchmark)
    with manager:
        start = manager.Barrier(processes)
        shares = [(people[number::processes], plan, start) for number in range(processes)]
        with context.Pool(processes, _end_with_the_benchmark) as pool, ThreadPoolExecutor(1) as other:
            ended = other.submit(_end_leases, database, stop=stop)
            try:
                for seen in pool.starmap(_share_of_people, shares):
                    whole.add(seen)
            finally:
                stop.set()
            return whole, ended.result()


def _count(connection: psycopg.Connection, query: str, *parameters: int) -> int:
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise SystemExit("a count without a row")
    return int(row[0])


def _handed_out_twice(leases: set[tuple[int, UUID, int]], ended: set[tuple[int, UUID]]) -> int:
    """Count the leases that replaced one that had not ended, and those that two people got."""
    tokens: dict[int, set[UUID]] = defaultdict(set)
    for slot, token, _ in leases:
        tokens[slot].add(token)
    replaced = sum(
        max(0, len(of_slot) - 1 - sum((slot, one) in ended for one in of_slot)) for slot, of_slot in tokens.items()
    )
    in_two_hands = len(leases) - len({(slot, token) for slot, token, _ in leases})
    return replaced + in_two_hands


def check(connection: psycopg.Connection, seen: Diary, ended: set[tuple[int, UUID]]) -> dict[str, int]:
    """Compare what people were told with the rows."""
    stored = {row[0] for row in connection.execute("SELECT id FROM annotation_choice")}
    told = set(seen.stored)
    return {
        "double_assignments": _handed_out_twice(seen.leases, ended)
        + _count(connection, _BEYOND)
        + _count(connection, _ANSWERED_TOO_OFTEN, OVERLAP),
        "lost_submissions": len(told - stored) + len(stored - told),
        "failed_calls": len(seen.failures),
    }


def measure(database: BenchDatabase, *, n_people: int, plan: Plan, processes: int) -> dict[str, Figure]:
    """Load, let live, count, and return the figures."""
    expected = int(n_people * plan.seconds / max(plan.think_seconds, 0.05) / OVERLAP * _SPARE)
    with database.connect() as connection:
        people = [pk for pk, _ in load_people(connection, n=n_people)]
        load_targets(connection, n=max(2000, expected), with_candidates=True)
        load_slots(connection, n=max(2000, expected), overlap=OVERLAP)
    seen, ended = live(database, people, plan=plan, processes=processes)
    with database.connect() as connection:
        facts = check(connection, seen, ended)
    for failure, n in Counter(seen.failures).most_common(5):
        print(f"failed {n} times: {failure}")
    figures = {key: figure([value], unit="", target="0") for key, value in facts.items()}
    for name, seconds in (("claim", seen.claim_seconds), ("submit", seen.submit_seconds)):
        for share, label in ((0.5, "p50"), (0.99, "p99")):
            figures[f"people_{name}_{label}_ms"] = figure([quantile(seconds, share) * 1000], unit="ms")
    counts = {
        "people": len(people), "people_answers": len(set(seen.stored)), "people_leases_ended": len(ended),
        "people_taken_over": seen.n_taken_over, "people_walked_away": seen.n_walked_away,
        "people_found_nothing": seen.n_empty,
    }  # fmt: skip
    figures |= {key: figure([value], unit="") for key, value in counts.items()}
    figures["people_answers_per_s"] = figure([len(set(seen.stored)) / plan.seconds], unit="answers/s")
    return figures


def main() -> None:
    """Measure, check, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--think-seconds", type=float, default=10, help="mean time to think; nobody is faster for long")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--quick", action="store_true", help="60 people for 20 seconds, prints only")
    asked = parser.parse_args()
    n_people = 60 if asked.quick else asked.people
    plan = Plan(
        seconds=20 if asked.quick else asked.minutes * 60, think_seconds=1 if asked.quick else asked.think_seconds
    )
    with bench_database(max_connections=n_people + 50) as database:
        os.environ.update(database.environment)
        figures = measure(database, n_people=n_people, plan=plan, processes=min(asked.processes, n_people))
    write_result("people", figures, is_quick=asked.quick)
    wrong = {key: one.value for key, one in figures.items() if one.target == "0" and one.value}
    if wrong:
        raise SystemExit(f"people were told what is not so: {wrong}")


if __name__ == "__main__":
    main()
