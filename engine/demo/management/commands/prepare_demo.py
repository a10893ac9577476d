"""``manage.py prepare_demo``: migrations, static files and the seed, in one process: each start takes seconds."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from engine.candidates.services.claims import release_claims


class Command(BaseCommand):
    """All that must have happened before the platform's processes start. Done again, it changes nothing."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the three commands in their order; what was begun when the platform was stopped is begun anew."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        # The launcher holds the folder's lock and starts its workers later: none of them runs now.
        release_claims()
        call_command("seed_demo", stdout=self.stdout)
