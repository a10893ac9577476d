"""Command: turn rendered views of the asset library into its index. ``trainers.data.build_library`` says how."""

import argparse
from pathlib import Path

from engine.candidates.generators.view_index import build_index


def main() -> None:
    """Read the command line and write the index."""
    parser = argparse.ArgumentParser(description="Index the rendered views of the asset library.")
    parser.add_argument("library", type=Path, help="folder of library.json")
    parser.add_argument("views", type=Path, help="file of rendered views (.npz)")
    arguments = parser.parse_args()
    build_index(arguments.library, arguments.views)


if __name__ == "__main__":
    main()
