"""The turn as a table for a person, and as figures for docs/benchmarks."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from engine.demo.loop.turn import TurnReport
from engine.rounds.models import Evaluation, Round, RoundEvent

METRICS = ("voxel_iou", "f1", "chamfer")
TARGET_MINUTES = 6.0

Row = tuple[str, str]


def render_table(report: TurnReport) -> str:
    """Return the table as text; every figure in it was measured or counted in this turn."""
    rows = list(_rows(report))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{width}}  {value}" if name else value for name, value in rows)


def _rows(report: TurnReport) -> Iterator[Row]:
    annotation = report.annotation
    yield "", "data (synthetic photos, simulated annotators)"
    yield "objects", f"{report.n_targets} of {', '.join(report.plan.families)} ({report.n_heldout} held out)"
    for generator, n in sorted(report.n_candidates.items()):
        yield f"candidates of {generator}", f"{n}, mean IoU with the hidden truth {report.mean_quality[generator]:.3f}"
    yield "agreement of two annotators", f"{report.agreement:.1%} of pairs (noise {report.noise:.3f} IoU)"
    yield "choices", f"{annotation.n_choices} ({annotation.n_none_acceptable} with nothing acceptable)"
    yield "comparisons", str(annotation.n_comparisons)
    yield "meshes of simulated artists", f"{report.n_sculpted}, for held-out objects and those given up"
    yield "records", str(report.n_records)
    yield "preference pairs", f"{report.n_pairs} ({report.n_own_pairs} with an own loser, which DPO may use)"
    if report.round is not None:
        yield from _round_rows(report, report.round)
    yield "", "seconds"
    for name, seconds in report.seconds.items():
        yield name, f"{seconds:.1f}"
    yield "total", f"{sum(report.seconds.values()):.1f}"


def _round_rows(report: TurnReport, round_: Round) -> Iterator[Row]:
    yield "", f"round {round_.pk}: {round_.state}"
    for run in round_.training_runs.order_by("pk"):
        if run.losses:
            losses = [loss for _, loss in run.losses]
            k = max(1, len(losses) // 10)
            first, last = sum(losses[:k]) / k, sum(losses[-k:]) / k
            yield (
                f"{run.stage} loss",
                f"{first:.4f} -> {last:.4f} in {run.step} steps (means of the first and last tenth)",
            )
        else:
            yield run.stage, f"{run.state}: {run.state_reason}"
    evaluations = {one.role: one for one in round_.evaluations.all()}
    for metric in METRICS if len(evaluations) == 2 else ():
        yield f"{metric} before", _interval(evaluations["live"], metric)
        yield f"{metric} after", _interval(evaluations["challenger"], metric)
    yield "decision", round_.state_reason
    yield "live before", report.checkpoint_before[:12]
    yield "live after", report.checkpoint_after[:12]
    for checkpoint_sha256, n in report.new_candidates.items():
        yield "new candidates", f"{n} made by {checkpoint_sha256[:12]}"
    if report.truth_before and report.truth_after and report.truth_difference:
        yield "IoU with hidden truth before", report.truth_before.signed_text()
        yield "IoU with hidden truth after", report.truth_after.signed_text()
        yield "difference", f"{report.truth_difference.signed_text()}, held-out objects of this turn"
    for name, seconds in step_seconds(round_).items():
        yield f"seconds {name}", f"{seconds:.1f}"


def _interval(evaluation: Evaluation, metric: str) -> str:
    value = evaluation.summary[metric]
    return (
        f"{value['mean']:.4f} [{value['low']:.4f}, {value['high']:.4f}] over {evaluation.summary['n_objects']} objects"
    )


def step_seconds(round_: Round) -> dict[str, float]:
    """Return how long the round stayed in each state, and each trainer ran."""
    events = list(RoundEvent.objects.filter(round=round_).order_by("pk"))
    seconds: dict[str, float] = {}
    for event, following in pairwise(events):
        stay = (following.created_at - event.created_at).total_seconds()
        seconds[event.state] = seconds.get(event.state, 0.0) + stay
    for run in round_.training_runs.order_by("pk"):
        if run.started_at and run.finished_at:
            seconds[f"training, {run.stage}"] = (run.finished_at - run.started_at).total_seconds()
    return seconds


def figures_of(report: TurnReport) -> dict[str, dict[str, Any]]:
    """Return the figures of docs/benchmarks/loop.json."""
    total = sum(report.seconds.values())
    figures = {"loop_minutes": _figure(total / 60, "min", target=TARGET_MINUTES)}
    for name, seconds in report.seconds.items():
        figures[f"{name.replace(' ', '_')}_seconds"] = _figure(seconds, "s")
    figures["annotator_agreement"] = _figure(report.agreement, "share of pairs")
    if report.round is not None:
        for name, seconds in step_seconds(report.round).items():
            figures[f"round_{name.replace(', ', '_')}_seconds"] = _figure(seconds, "s")
        for evaluation in report.round.evaluations.all():
            for metric in METRICS:
                value = evaluation.summary[metric]
                figures[f"{metric}_{evaluation.role}"] = _figure(
                    value["mean"], metric, low=value["low"], high=value["high"]
                )
        if report.round.verdict and report.round.verdict["difference"]:
            value = report.round.verdict["difference"]
            figures["voxel_iou_difference"] = _figure(value["mean"], "voxel_iou", low=value["low"], high=value["high"])
    if report.truth_difference is not None:
        one = report.truth_difference
        figures["hidden_truth_iou_difference"] = _figure(one.mean, "voxel_iou", low=one.low, high=one.high)
    return figures


def _figure(
    value: float, unit: str, *, low: float | None = None, high: float | None = None, target: float | None = None
) -> dict[str, Any]:
    return {"value": round(value, 4), "unit": unit, "low": low, "high": high, "target": target}
