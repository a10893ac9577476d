"""``manage.py run_loop``: one whole turn of the wheel with simulated annotators, on a platform that runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.accounts.models import Person, Role
from engine.core.errors import EngineError
from engine.demo.loop.page import write_page
from engine.demo.loop.table import render_table
from engine.demo.loop.turn import TurnPlan, turn_the_wheel
from engine.demo.loop.waiting import LoopStopped
from engine.demo.synthetic import SyntheticTargetsError
from engine.rounds.models import Round


class Command(BaseCommand):
    """Makes objects, candidates, choices, records, a round, a deployment, and says what came of it."""

    help = "One whole turn of the wheel with simulated annotators; needs the workers and the model server."

    def add_arguments(self, parser: CommandParser) -> None:
        """Sizes of the turn; the defaults fit two cores and six minutes."""
        parser.add_argument("--count", type=int, default=TurnPlan.count, help="synthetic objects")
        parser.add_argument("--seed", type=int, help="other objects for another seed; default: the turn's number")
        parser.add_argument("--families", default=",".join(TurnPlan.families), help="of the objects, comma between")
        parser.add_argument("--annotators", type=int, default=TurnPlan.n_annotators)
        parser.add_argument("--sft-steps", type=int)
        parser.add_argument("--dpo-steps", type=int)
        parser.add_argument("--without-round", action="store_true", help="stop when the records are derived")
        parser.add_argument("--write", action="store_true", help="write docs/benchmarks/loop.json and loop.md")

    def handle(self, *args: Any, **options: Any) -> None:
        """Turn once and print the table."""
        lead = Person.objects.filter(roles__contains=[Role.ML_LEAD]).order_by("pk").first()
        if lead is None:
            raise CommandError("There is no ML lead; run seed_demo first.")
        plan = TurnPlan(
            seed=Round.objects.count() + 1 if options["seed"] is None else options["seed"],
            count=options["count"],
            families=tuple(options["families"].split(",")),
            n_annotators=options["annotators"],
            sft_steps=options["sft_steps"],
            dpo_steps=options["dpo_steps"],
            is_round_wanted=not options["without_round"],
        )
        try:
            report = turn_the_wheel(plan=plan, started_by=lead, say=self._say)
        except (LoopStopped, SyntheticTargetsError, EngineError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"\n{render_table(report)}\n")
        if options["write"]:
            self.stdout.write(f"Written: {write_page(report, command='make loop')}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
