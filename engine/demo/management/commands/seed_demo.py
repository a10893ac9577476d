"""``manage.py seed_demo``: people, a first checkpoint, photos with masks."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from engine.demo.seeding import seed_demo


class Command(BaseCommand):
    """Fills an empty platform; on a filled one it changes nothing."""

    help = "Create one person for each role, deploy the shipped checkpoint, bring in the shipped photos."

    def add_arguments(self, parser: CommandParser) -> None:
        """Leave the photos out on request; FLYWHEEL_SEED_PHOTOS=none does so too."""
        parser.add_argument("--without-photos", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and say what there is."""
        has_photos = not options["without_photos"] and os.environ.get("FLYWHEEL_SEED_PHOTOS", "all") != "none"
        report = seed_demo(has_photos=has_photos)
        self.stdout.write(
            f"{report.n_people} people, checkpoint {report.checkpoint_sha256[:12]}, "
            f"{report.n_targets} photos with masks ({report.n_new_targets} new)"
        )
