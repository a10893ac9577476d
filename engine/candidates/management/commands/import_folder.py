"""``manage.py import_folder FOLDER``: photos and masks from a folder on this machine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.candidates.services.intake import take_coco, take_folder
from engine.core.errors import EngineError
from engine.photos.services.imports import Files


class Command(BaseCommand):
    """Imports a folder with its subfolders; a second run adds only what is new."""

    help = "Import photos with masks paired by name, or with --coco by an annotations file, from a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, and the annotations if there are any."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--coco", type=Path, help="COCO or SA-1B annotations of the photos in the folder")

    def handle(self, *args: Any, folder: Path, coco: Path | None, **options: Any) -> None:
        """Import, then print what was left out and why."""
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        files: Files = {
            str(path.relative_to(folder)): path.read_bytes
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path != coco
        }
        try:
            if coco is None:
                report = take_folder(files=files, by=None)
            else:
                report = take_coco(annotations=coco.read_bytes(), files=files, by=None)
        except (EngineError, OSError) as error:
            raise CommandError(str(error)) from error
        for skipped in report.skipped:
            self.stderr.write(f"{skipped.file}: {skipped.reason}")
        self.stdout.write(f"{report.photos} photos, {report.targets} objects, {len(report.skipped)} left out")
