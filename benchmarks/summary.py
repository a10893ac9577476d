"""Prints every figure of ``docs/benchmarks/*.json`` as a table, or writes it into the README with ``--write``."""

import argparse
import json
from pathlib import Path

from engine.core.environment import PROJECT_FOLDER

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def table() -> str:
    """Return the figures that have a target, one line each, with the date and the page that explains them."""
    lines = ["| figure | value | range | target | measured |", "|---|---|---|---|---|"]
    for path in sorted((PROJECT_FOLDER / "docs" / "benchmarks").glob("*.json")):
        result = json.loads(path.read_text())
        for key, one in result["figures"].items():
            if one.get("target") is None:
                continue
            spread = f"{one['low']:g} to {one['high']:g}" if one["low"] != one["high"] else "once"
            page = f"[{path.stem}](docs/benchmarks/{path.stem}.md)"
            value = f"{one['value']:g} {one['unit']}"
            lines.append(f"| `{key}` | {value} | {spread} | {one['target']} | {page}, {result['date'][:10]} |")
    return "\n".join(lines)


def write_into(readme: Path) -> None:
    """Replace what stands between the two marks."""
    before, rest = readme.read_text().split(BEGIN)
    _, after = rest.split(END)
    readme.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into README.md")
    if parser.parse_args().write:
        write_into(PROJECT_FOLDER / "README.md")
    else:
        print(table())
