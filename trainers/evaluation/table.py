"""The report as Markdown: figures in rows, sets in columns."""

from collections.abc import Mapping
from typing import Any

SHAPE_ROWS = {
    "shape.one_sample": "model, one sample",
    "shape.mean_of_k": "model, mean of {k}",
    "shape.best_of_k": "model, best of {k} (a perfect chooser)",
    "shape.any_front": "model, mean after the best quarter turn",
    "baseline.mean_shape": "mean shape of the training set",
    "baseline.retrieval": "retrieval from the training set",
    "baseline.best_retrieval": "best possible retrieval (knows the truth)",
    "shape.vae": "autoencoder, of the true shape",
    "shape.best_of_k_gain": "gain of the best of {k} over their mean",
    "shape.agreement": "agreement of two samples of one view",
    "shape.empty": "share of empty answers",
    "shape.model_less_retrieval": "model less retrieval, paired",
    "shape.model_less_mean_shape": "model less mean shape, paired",
    "shape.best_of_k_less_retrieval": "best of {k} less retrieval, paired",
}
LAYOUT_ROWS = {
    "layout.add_s_at_0.1": "ADD-S@0.1",
    "layout.box_add_s_at_0.1": "ADD-S@0.1, place and size from the mask's box",
    "layout.fixed_add_s_at_0.1": "ADD-S@0.1, place from the box at fixed size",
    "layout.add_s": "ADD-S, share of the diameter",
    "layout.box_add_s": "ADD-S, place and size from the mask's box",
    "layout.fixed_add_s": "ADD-S, place from the box at fixed size",
    "layout.iou_of_boxes": "3D IoU of the boxes",
    "layout.icp_rot": "ICP-Rot, degrees",
    "layout.rotation": "rotation error, degrees, symmetric objects too",
    "layout.translation": "translation error, in lengths of the object",
    "layout.box_translation": "translation error, place and size from the mask's box",
    "layout.fixed_translation": "translation error, place from the box at fixed size",
    "layout.scale": "scale error, absolute log ratio",
    "layout.box_scale": "scale error, place and size from the mask's box",
    "layout.fixed_scale": "scale error, fixed size",
    "layout.translation_less_box": "translation error less the box's, paired",
    "layout.scale_less_box": "scale error less the box's, paired",
    "layout.translation_less_fixed": "translation error less that at fixed size, paired",
}
SURFACE_ROWS = {
    "surface.f1_at_0.01": "F1@0.01",
    "surface.f1_at_0.05": "F1@0.05",
    "surface.chamfer": "Chamfer, two-way mean, not squared",
    "surface.emd": "earth mover's distance",
    "surface.f1_at_0.01_icp": "F1@0.01 after ICP",
    "surface.chamfer_icp": "Chamfer after ICP",
}
CATEGORY_COLUMNS = {
    "shape.mean_of_k": "model",
    "shape.best_of_k": "best of {k}",
    "baseline.retrieval": "retrieval",
    "baseline.mean_shape": "mean shape",
}


def to_markdown(report: Mapping[str, Any]) -> str:
    """Return the report as a page."""
    sets: dict[str, Any] = report["sets"]
    k = str(report["sampling"]["n_seeds"])
    lines = [f"# {report['title']}", "", report["note"], "", _how(report), ""]
    sections = {"Shapes: voxel IoU": SHAPE_ROWS, "Layout of the first sample": LAYOUT_ROWS, "Surfaces": SURFACE_ROWS}
    for title, rows in sections.items():
        body = _rows(rows, sets, k)
        if body:
            lines += [f"## {title}", "", *_head(sets), *body, ""]
    lines += _occlusion(report)
    lines += _against(report)
    lines += ["## By category", ""]
    for one in sets.values():
        lines += [*_categories(one, k), ""]
    return "\n".join(lines).rstrip() + "\n"


def cell(interval: Mapping[str, float] | None) -> str:
    """Return a figure with its interval, or a dash."""
    if interval is None:
        return "-"
    digits = 1 if abs(interval["mean"]) >= 10 else 3
    return f"{interval['mean']:.{digits}f} [{interval['low']:.{digits}f}, {interval['high']:.{digits}f}]"


def _how(report: Mapping[str, Any]) -> str:
    sampling = report["sampling"]
    return (
        f"{sampling['n_seeds']} seeds a view, {sampling['steps']} steps, guidance {sampling['guidance']:g}, grid "
        f"{report['grid']}^3. In brackets the 95% bootstrap interval over objects. Baselines from "
        f"{report['n_training']} training shapes. Made by `{report['command']}`."
    )


def _head(sets: Mapping[str, Any]) -> list[str]:
    titles = [f"{one['title']} ({one['n_objects']} objects, {one['n_views']} views)" for one in sets.values()]
    return [f"| | {' | '.join(titles)} |", f"| --- |{' --- |' * len(titles)}"]


def _rows(rows: Mapping[str, str], sets: Mapping[str, Any], k: str) -> list[str]:
    lines = []
    for key, title in rows.items():
        group, name = key.split(".", 1)
        cells = [one.get(group, {}).get(name) for one in sets.values()]
        if any(found is not None for found in cells):
            lines.append(f"| {title.replace('{k}', k)} | {' | '.join(cell(found) for found in cells)} |")
    return lines


def _occlusion(report: Mapping[str, Any]) -> list[str]:
    if "occlusion" not in report:
        return []
    titles = {
        "gap": "IoU without occluders less IoU with them",
        "gap_of_the_other": "the same of the other checkpoint",
        "gap_ratio": "ratio of the two gaps",
        "gap_less_other": "difference of the two gaps, paired",
    }
    found = report["occlusion"]
    rows = [f"| {title} | {cell(found[key])} | {found[key]['n']} |" for key, title in titles.items() if key in found]
    return ["## Occlusion", "", "| | | objects |", "| --- | --- | --- |", *rows, ""]


def _against(report: Mapping[str, Any]) -> list[str]:
    if "against" not in report:
        return []
    keys = ("shape.mean_of_k", "shape.best_of_k", "layout.add_s_at_0.1", "layout.translation", "layout.scale")
    head = ["| this less the other, paired | " + " | ".join(one["title"] for one in report["sets"].values()) + " |"]
    head.append(f"| --- |{' --- |' * len(report['sets'])}")
    rows = [
        f"| {key} | {' | '.join(cell(report['against'][name].get(key)) for name in report['sets'])} |" for key in keys
    ]
    return [f"## Against {report['other']}", "", *head, *rows, ""]


def _categories(one: Mapping[str, Any], k: str) -> list[str]:
    titles = [title.replace("{k}", k) for title in CATEGORY_COLUMNS.values()]
    lines = [f"| {one['title']} | n | {' | '.join(titles)} |", f"| --- | --- |{' --- |' * len(titles)}"]
    for category, figures in one["categories"].items():
        n = figures["shape.mean_of_k"]["n"]
        lines.append(f"| {category} | {n} | {' | '.join(cell(figures.get(key)) for key in CATEGORY_COLUMNS)} |")
    return lines
