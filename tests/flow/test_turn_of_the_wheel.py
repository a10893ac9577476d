"""From a photo to a deployed checkpoint and its candidates: real database and blob store, fakes at two ports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.candidates.models import Candidate
from engine.records.models import PreferencePair, Record
from engine.registry.selectors import live_checkpoint
from engine.rounds.launchers.fake import FakeLauncher
from engine.rounds.models import Round, RoundState, TrainingRunState
from engine.rounds.services import advance_round
from tests.flow.wheel import deploy_base_checkpoint, make_targets, prepare_records, propose

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_photo_turns_into_a_better_checkpoint(
    person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path
) -> None:
    base = deploy_base_checkpoint(tmp_path / "base")
    anna, mila = person("annotator", username="anna"), person("ml_lead")
    prepare_records(anna)
    assert Record.objects.filter(target__split="train").count() == 2
    assert PreferencePair.objects.filter(is_loser_own=True).exists()

    started = api(mila).post("/api/rounds/", {"name": "First turn", "seed": 7}, format="json")
    assert started.status_code == 201, started.json()
    assert started.json()["state"] == "queued"
    assert advance_round(round_id=started.json()["id"], launcher=FakeLauncher(gain=0.1))

    done = api(mila).get(f"/api/rounds/{started.json()['id']}/").json()
    assert done["state"] == "deployed", done["state_reason"]
    assert [run["state"] for run in done["training_runs"]] == ["done", "done"]
    assert [one["role"] for one in done["evaluations"]] == ["live", "challenger"]
    assert done["verdict"]["is_accepted"]
    # SFT and DPO each gave .1 over their parent.
    assert done["verdict"]["difference"]["mean"] == pytest.approx(0.2)
    assert [line["state"] for line in done["timeline"]] == [
        "queued", "freezing", "training", "evaluating", "judging", "deployed",
    ]  # fmt: skip

    live = live_checkpoint()
    assert live is not None
    assert live.checkpoint_sha256 == done["deployed_checkpoint_sha256"]
    assert live.stage == "dpo"
    assert live.parent is not None
    assert live.parent.parent == base

    candidates = propose(make_targets(n_train=1, n_heldout=0, first_seed=5000))
    own = [one for one in candidates if one.checkpoint_id is not None]
    assert {one.checkpoint_id for one in own} == {live.pk}

    lineage = api(mila).get(f"/api/candidates/{own[0].pk}/lineage/").json()
    assert [link["stage"] for link in lineage["chain"]] == ["dpo", "sft", "pretrain"]
    assert lineage["checkpoint"]["round_id"] == done["id"]
    assert lineage["dataset_versions"][0]["sha256"] == done["dataset_version"]["dataset_sha256"]
    assert lineage["dataset_versions"][0]["annotators"][0]["username"] == "anna"


def test_a_second_turn_starts_from_the_first_ones_checkpoint(
    person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path
) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    mila = api(person("ml_lead"))
    for _ in range(2):
        round_id = mila.post("/api/rounds/", {}, format="json").json()["id"]
        advance_round(round_id=round_id, launcher=FakeLauncher())
    rounds = list(Round.objects.order_by("pk"))
    assert [one.state for one in rounds] == [RoundState.DEPLOYED, RoundState.DEPLOYED]
    assert rounds[1].live_checkpoint == rounds[0].deployment.checkpoint


def test_a_worse_checkpoint_is_refused_and_the_live_one_stays(
    person: Callable[..., Any], api: Callable[..., Any], tmp_path: Path
) -> None:
    base = deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    mila = api(person("ml_lead"))
    round_id = mila.post("/api/rounds/", {}, format="json").json()["id"]
    advance_round(round_id=round_id, launcher=FakeLauncher(gain=-0.1))
    refused = mila.get(f"/api/rounds/{round_id}/").json()
    assert refused["state"] == "refused"
    assert refused["verdict"]["code"] == "worse"
    assert "-0.2000" in refused["state_reason"]
    assert live_checkpoint() == base


def test_without_own_losers_dpo_is_skipped_and_sft_is_judged(
    person: Callable[..., Any], api: Callable[..., Any], settings: Any, tmp_path: Path
) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"generators": {"retrieval": 3}})
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    assert not Candidate.objects.filter(checkpoint__isnull=False).exists()
    mila = api(person("ml_lead"))
    round_id = mila.post("/api/rounds/", {}, format="json").json()["id"]
    launcher = FakeLauncher()
    advance_round(round_id=round_id, launcher=launcher)
    round_ = Round.objects.get(pk=round_id)
    assert launcher.started == ["sft", "evaluate", "evaluate"]
    skipped = round_.training_runs.get(stage="dpo")
    assert skipped.state == TrainingRunState.SKIPPED
    assert "own model" in skipped.state_reason
    assert round_.state == RoundState.DEPLOYED
    assert round_.deployment.checkpoint.stage == "sft"
