"""The wheel on its real parts: real trainers as processes, the shipped checkpoint, a few steps. Slow."""

from pathlib import Path
from typing import Any

import pytest

from engine.accounts.models import Role
from engine.accounts.services import create_person
from engine.annotation.services import open_ready_assignments
from engine.candidates.models import GenerationRequest
from engine.candidates.services.generation import run_generation
from engine.core.storage import blob_store
from engine.demo.annotating import annotate_targets, true_qualities
from engine.demo.hiring import hire_simulated_annotators
from engine.demo.sculpting import sculpt_targets
from engine.demo.seeding import seed_checkpoint
from engine.demo.synthetic import import_targets, render_targets
from engine.photos.models import Split
from engine.records.services import derive_records
from engine.registry.selectors import live_checkpoint
from engine.rounds.launchers.local import SubprocessLauncher
from engine.rounds.models import Round, RoundState
from engine.rounds.services import advance_round, start_round
from tests.flow.wheel import fake_generator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(900)]

N_TARGETS = 10


def prepare(data_folder: Path) -> None:
    """Rendered photos, candidates, simulated choices, records."""
    targets = import_targets(folder=render_targets(folder=data_folder / "targets", count=N_TARGETS, seed=11))
    for request in GenerationRequest.objects.filter(target__in=targets).order_by("pk"):
        run_generation(request_id=request.pk, factory=fake_generator)
    open_ready_assignments()
    assert len(true_qualities(target_id=targets[0].pk)) == 4
    report = annotate_targets(annotators=hire_simulated_annotators(n=2), noise=0.0, seed=1)
    assert report.n_choices == N_TARGETS
    # The fake's boxes please nobody: the held-out objects get their true shapes, as the loop's do.
    sculpt_targets(targets=[target for target in targets if target.split == Split.HELDOUT])
    derive_records(alpha=0.2)


def test_the_real_trainers_take_a_round_to_its_verdict(settings: Any, tmp_path: Path) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"generation_steps": 4, "heldout_fraction": 0.5})
    blob_store().ensure_bucket()
    base = seed_checkpoint()
    prepare(tmp_path)
    lead = create_person(username="lead", password=None, roles=[Role.ML_LEAD])
    started = start_round(started_by=lead, recipe="debug", seed=5, sft_steps=3, dpo_steps=2)
    assert advance_round(round_id=started.pk, launcher=SubprocessLauncher())

    round_ = Round.objects.get(pk=started.pk)
    logs = {run.stage: run.log_tail for run in round_.training_runs.all()}
    assert round_.state in (RoundState.DEPLOYED, RoundState.REFUSED), (round_.state_reason, logs)
    sft, dpo = round_.training_runs.order_by("pk")
    assert (sft.step, dpo.step) == (3, 2)
    assert sft.checkpoint.parent == base
    assert dpo.checkpoint.parent == sft.checkpoint
    assert dpo.checkpoint.dataset_sha256 == round_.train_version.dataset_sha256
    assert {one.role for one in round_.evaluations.all()} == {"live", "challenger"}
    assert round_.verdict["difference"]["low"] <= round_.verdict["difference"]["mean"]
    live = live_checkpoint()
    assert live == (dpo.checkpoint if round_.state == RoundState.DEPLOYED else base)
