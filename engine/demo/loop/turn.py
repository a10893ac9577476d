"""The turn itself, read top to bottom: each step goes through the services and workers of people's work."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings

from engine.accounts.models import Person
from engine.annotation.services import open_ready_assignments
from engine.artistry.models import ArtistJobState
from engine.candidates.models import Candidate
from engine.candidates.services.requests import request_candidates
from engine.core.errors import Conflict
from engine.demo.annotating import AnnotationReport, annotate_targets, true_qualities
from engine.demo.hiring import hire_simulated_annotators
from engine.demo.loop.waiting import LoopStopped, wait_for_candidates, wait_for_round, wait_until
from engine.demo.sculpting import sculpt_targets
from engine.demo.simulated import measured_agreement, quality_differences, tune_noise
from engine.demo.synthetic import import_targets, render_targets
from engine.photos.models import Split, TargetObject
from engine.records.models import PreferencePair, Record
from engine.records.services import derive_records, route_rejected_targets
from engine.registry.selectors import live_deployment, model_server_state
from engine.rounds.judging import Interval, bootstrap_interval
from engine.rounds.models import Round
from engine.rounds.services import start_round

N_NEW_TARGETS = 2
CAMPAIGN = ("bench", "jug")
"""The families of a new customer's objects: grammars that the base checkpoint has never seen."""


@dataclass(frozen=True)
class TurnPlan:
    """How large a turn is. ``seed`` names its objects: another seed, other objects."""

    seed: int
    count: int = 48
    families: tuple[str, ...] = CAMPAIGN
    n_annotators: int = 2
    sft_steps: int | None = None
    dpo_steps: int | None = None
    is_round_wanted: bool = True
    wait_seconds: float = 600


@dataclass
class TurnReport:
    """What happened, for the table."""

    plan: TurnPlan
    seconds: dict[str, float] = field(default_factory=dict)
    n_targets: int = 0
    n_heldout: int = 0
    n_candidates: Counter[str] = field(default_factory=Counter)
    mean_quality: dict[str, float] = field(default_factory=dict)
    noise: float = 0.0
    agreement: float = 0.0
    annotation: AnnotationReport = field(default_factory=AnnotationReport)
    n_records: int = 0
    n_pairs: int = 0
    n_own_pairs: int = 0
    n_sculpted: int = 0
    checkpoint_before: str = ""
    round: Round | None = None
    checkpoint_after: str = ""
    new_candidates: Counter[str] = field(default_factory=Counter)
    truth_before: Interval | None = None
    truth_after: Interval | None = None
    truth_difference: Interval | None = None


Say = Callable[[str], None]


def turn_the_wheel(*, plan: TurnPlan, started_by: Person, say: Say) -> TurnReport:
    """Make objects, candidates, choices, records, a round, and candidates of what is live then. Raises LoopStopped."""
    report = TurnReport(plan=plan)
    live = live_deployment()
    if live is None:
        raise LoopStopped("No checkpoint is live; run seed_demo first.")
    report.checkpoint_before = live.checkpoint.checkpoint_sha256
    with _step("synthetic photos", report, say):
        targets = _make_targets(plan.count, plan=plan, seed=plan.seed)
        report.n_targets = len(targets)
        report.n_heldout = sum(target.split == Split.HELDOUT for target in targets)
    with _step("candidates", report, say):
        wait_for_candidates(targets, seconds=plan.wait_seconds)
        report.n_candidates = _count_by_generator(targets)
    with _step("simulated choices", report, say):
        _annotate(targets, report)
    heldout = [target for target in targets if target.split == Split.HELDOUT]
    with _step("simulated artists", report, say):
        report.n_sculpted = sculpt_targets(targets=[*heldout, *given_up(targets)])
    with _step("records", report, say):
        _derive(seconds=plan.wait_seconds)
        _count_records(targets, report)
    if plan.is_round_wanted:
        _turn_round(plan, report, heldout=heldout, started_by=started_by, say=say)
    return report


def _turn_round(
    plan: TurnPlan, report: TurnReport, *, heldout: list[TargetObject], started_by: Person, say: Say
) -> None:
    with _step("round", report, say):
        started = start_round(
            started_by=started_by, name=f"Turn with seed {plan.seed}", seed=plan.seed, sft_steps=plan.sft_steps,
            dpo_steps=plan.dpo_steps,
        )  # fmt: skip
        report.round = wait_for_round(started.pk, seconds=plan.wait_seconds)
    live = live_deployment()
    report.checkpoint_after = live.checkpoint.checkpoint_sha256 if live else ""
    with _step("model server switched", report, say):
        wait_until(lambda: model_server_state().is_in_sync, seconds=plan.wait_seconds, what="The switch")
    with _step("candidates of what is live", report, say):
        targets = _make_targets(N_NEW_TARGETS, plan=plan, seed=plan.seed + 1_000)
        wait_for_candidates(targets, seconds=plan.wait_seconds)
        made_by = Candidate.objects.filter(target__in=targets, checkpoint__isnull=False)
        report.new_candidates = Counter(made_by.values_list("checkpoint__checkpoint_sha256", flat=True))
    if report.checkpoint_after != report.checkpoint_before:
        with _step("held-out objects again", report, say):
            _compare_by_hidden_truth(heldout, report)


def _make_targets(count: int, *, plan: TurnPlan, seed: int) -> list[TargetObject]:
    name = "-".join(["seed", str(seed), str(count), *plan.families])
    folder = Path(settings.ENVIRONMENT.data_folder) / "synthetic" / name
    return import_targets(folder=render_targets(folder=folder, count=count, seed=seed, families=plan.families))


def _annotate(targets: list[TargetObject], report: TurnReport) -> None:
    open_ready_assignments()
    quality_by_target = {target.pk: true_qualities(target_id=target.pk) for target in targets}
    differences = quality_differences([list(qualities.values()) for qualities in quality_by_target.values()])
    report.noise = tune_noise(differences)
    report.agreement = measured_agreement(differences, noise=report.noise, seed=report.plan.seed)
    report.mean_quality = _mean_quality(quality_by_target)
    annotators = hire_simulated_annotators(n=report.plan.n_annotators)
    report.annotation = annotate_targets(annotators=annotators, noise=report.noise, seed=report.plan.seed)


def _mean_quality(quality_by_target: dict[int, dict[UUID, float]]) -> dict[str, float]:
    generator_of = dict(Candidate.objects.filter(target__in=quality_by_target).values_list("pk", "generator"))
    qualities: dict[str, list[float]] = {}
    for of_target in quality_by_target.values():
        for candidate_id, quality in of_target.items():
            qualities.setdefault(generator_of[candidate_id], []).append(quality)
    return {generator: sum(values) / len(values) for generator, values in sorted(qualities.items())}


def given_up(targets: list[TargetObject]) -> list[TargetObject]:
    """Return the targets to train on whose candidates were all refused: an artist's job waits for each."""
    route_rejected_targets()
    waiting = TargetObject.objects.filter(artist_job__state=ArtistJobState.OPEN, split=Split.TRAIN)
    return list(waiting.filter(pk__in=[target.pk for target in targets]).order_by("pk"))


def _derive(*, seconds: float) -> None:
    def is_derived() -> bool:
        try:
            derive_records()
        except Conflict:
            # The schedule's own derivation runs just now.
            return False
        return True

    wait_until(is_derived, seconds=seconds, what="The derivation of records")


def _count_by_generator(targets: list[TargetObject]) -> Counter[str]:
    return Counter(Candidate.objects.filter(target__in=targets).values_list("generator", flat=True))


def _count_records(targets: list[TargetObject], report: TurnReport) -> None:
    report.n_records = Record.objects.filter(target__in=targets).count()
    pairs = PreferencePair.objects.filter(target__in=targets)
    report.n_pairs, report.n_own_pairs = pairs.count(), pairs.filter(is_loser_own=True).count()


def _compare_by_hidden_truth(heldout: list[TargetObject], report: TurnReport) -> None:
    """Ask what is live now for the held-out objects too, and compare the candidates of both checkpoints."""
    for target in heldout:
        request_candidates(target=target, batch=1)
    wait_for_candidates(heldout, seconds=report.plan.wait_seconds)
    before = [_own_quality(target, report.checkpoint_before) for target in heldout]
    after = [_own_quality(target, report.checkpoint_after) for target in heldout]
    paired = [(old, new) for old, new in zip(before, after, strict=True) if old is not None and new is not None]
    if paired:
        seed = report.plan.seed
        report.truth_before = bootstrap_interval([old for old, _ in paired], seed=seed)
        report.truth_after = bootstrap_interval([new for _, new in paired], seed=seed)
        report.truth_difference = bootstrap_interval([new - old for old, new in paired], seed=seed)


def _own_quality(target: TargetObject, checkpoint_sha256: str) -> float | None:
    """Return the mean IoU with the hidden truth of the candidates that one checkpoint made for the target."""
    qualities = true_qualities(target_id=target.pk)
    made = Candidate.objects.filter(target=target, checkpoint__checkpoint_sha256=checkpoint_sha256)
    own = [qualities[pk] for pk in made.values_list("pk", flat=True)]
    return sum(own) / len(own) if own else None


@contextmanager
def _step(name: str, report: TurnReport, say: Say) -> Iterator[None]:
    say(f"{name} …")
    started = time.monotonic()
    yield
    report.seconds[name] = time.monotonic() - started
    say(f"{name}: {report.seconds[name]:.1f} s")
