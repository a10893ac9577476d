"""Measure the viewer in a real browser and write docs/benchmarks/viewer.json."""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.harness import Figure, figure, write_result
from benchmarks.viewer.browser import fresh_tab
from benchmarks.viewer.day import Day, spend_day
from benchmarks.viewer.eight import Eight, add_memory, show_model_viewer, show_ours
from benchmarks.viewer.shapes import N_SHAPES, write_shapes
from benchmarks.viewer.site import Site, build, served

ENTRIES = ("annotate", "home")
# Only what was drawn lies in graphics memory, and how much of a task is drawn before its answer differs.
TASKS_A_COUNT = 10


def _single(value: float, unit: str, target: str | None = None) -> Figure:
    return figure([value], unit=unit, target=target)


def _growth(counts: list[int], *, early: int, late: int) -> Figure:
    """Return the median of ``counts`` over the last tasks up to ``late``, over that up to ``early``."""
    late_median, early_median = (median(counts[max(0, done - TASKS_A_COUNT) : done]) for done in (late, early))
    return _single(late_median / early_median, "ratio", "<= 1.10")


def day_figures(day: Day, *, early: int, late: int) -> dict[str, Figure]:
    """Return memory late over early, and the way from one task to the next."""
    label = f"task_{late}_over_{early}"
    return {
        f"heap_ratio_{label}": _single(day.heap_mib[late] / day.heap_mib[early], "ratio", "<= 1.10"),
        f"geometries_ratio_{label}": _growth(day.geometries, early=early, late=late),
        f"textures_ratio_{label}": _growth(day.textures, early=early, late=late),
        f"heap_mib_task_{early}": _single(day.heap_mib[early], "MiB"),
        f"heap_mib_task_{late}": _single(day.heap_mib[late], "MiB"),
        "webgl_contexts_after_the_first_task": _single(day.contexts[late] - day.contexts[1], "contexts", "0"),
        "next_task_main_thread_ms": figure(day.next_main_thread_ms, unit="ms", target="<= 150"),
        "next_task_wall_ms": figure(day.next_wall_ms, unit="ms"),
    }


def eight_figures(ours: Eight, theirs: Eight) -> dict[str, Figure]:
    """Return both sides, and theirs over ours."""
    found: dict[str, Figure] = {
        "modelviewer_time_ratio": _single(median(theirs.next_ms) / median(ours.next_ms), "ratio", ">= 3"),
        "modelviewer_memory_ratio": _single(theirs.memory_mib / ours.memory_mib, "ratio", ">= 3"),
        "modelviewer_main_thread_ratio": _single(
            median(theirs.next_main_thread_ms) / median(ours.next_main_thread_ms), "ratio"
        ),
        "modelviewer_cold_time_ratio": _single(theirs.cold_ms / ours.cold_ms, "ratio"),
    }
    for name, side in (("ours", ours), ("modelviewer", theirs)):
        found[f"eight_next_ms_{name}"] = figure(side.next_ms, unit="ms")
        found[f"eight_next_main_thread_ms_{name}"] = figure(side.next_main_thread_ms, unit="ms")
        found[f"eight_cold_ms_{name}"] = _single(side.cold_ms, "ms")
        found[f"eight_memory_mib_{name}"] = _single(side.memory_mib, "MiB")
        found[f"eight_webgl_contexts_{name}"] = _single(side.contexts["webgl"], "contexts")
        found[f"eight_other_contexts_{name}"] = _single(side.contexts["other"], "contexts")
    return found


def run(folder: Path, *, n_tasks: int, early: int, n_shapes: int) -> dict[str, Figure]:
    """Build, serve and measure; return the figures."""
    build(folder)
    write_shapes(folder / "shapes", n=n_shapes)
    figures: dict[str, Figure] = {}
    site = Site(folder, n_shapes)
    with served(site) as url:
        with fresh_tab() as tab:
            ours = show_ours(tab, url)
        with fresh_tab() as tab:
            theirs = show_model_viewer(tab, url)
        add_memory(ours, theirs, url, site.reports)
        figures |= eight_figures(ours, theirs)
        with fresh_tab() as tab:
            day = spend_day(tab, url, n_tasks=n_tasks, look_at={1, early, n_tasks})
        figures |= day_figures(day, early=early, late=n_tasks)
    sizes = {entry: site.gzip_kb(entry) for entry in ENTRIES}
    return {
        **figures,
        "bundle_gzip_kb": _single(max(sizes.values()), "kB", "<= 350"),
        **{f"bundle_gzip_kb_{entry}": _single(size, "kB") for entry, size in sizes.items()},
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer tasks, prints only")
    arguments = parser.parse_args()
    n_tasks, early = (10, 4) if arguments.quick else (200, 20)
    with tempfile.TemporaryDirectory(prefix="flywheel-viewer-") as folder:
        figures = run(Path(folder), n_tasks=n_tasks, early=early, n_shapes=N_SHAPES)
    write_result("viewer", figures, is_quick=arguments.quick)


if __name__ == "__main__":
    main()
