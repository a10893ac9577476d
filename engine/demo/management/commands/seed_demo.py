"""``manage.py seed_demo``: people, a first checkpoint, photos with masks."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.core.errors import EngineError
from engine.demo.seeding import seed_demo
from engine.demo.shipped import Shipped


class Command(BaseCommand):
    """Fills an empty platform; on a filled one it changes nothing."""

    help = "Create one person for each role, deploy the shipped checkpoint, bring in the shipped photos."

    def add_arguments(self, parser: CommandParser) -> None:
        """What FLYWHEEL_SEED_PHOTOS=none and FLYWHEEL_SEED_CHECKPOINT say for processes that start others."""
        parser.add_argument("--without-photos", action="store_true")
        parser.add_argument("--checkpoint", help="base, small or a folder; else FLYWHEEL_SEED_CHECKPOINT, else base")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and say what there is."""
        has_photos = not options["without_photos"] and os.environ.get("FLYWHEEL_SEED_PHOTOS", "all") != "none"
        wanted = options["checkpoint"] or os.environ.get("FLYWHEEL_SEED_CHECKPOINT", Shipped.BASE)
        try:
            report = seed_demo(has_photos=has_photos, shipped=wanted)
        except (ValueError, EngineError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{report.n_people} people, {report.n_targets} photos with masks ({report.n_new_targets} new), "
            f"checkpoint {report.checkpoint_sha256[:12]}: {report.checkpoint_is}"
        )
        if not report.is_checkpoint_live:
            self.stdout.write("Another checkpoint is live here and stays so; the checkpoints page can deploy this one.")
