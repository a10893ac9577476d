"""The shipped seed: real photos with masks, a checkpoint, a person for each role; twice gives the same."""

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from safetensors.numpy import load_file, save_file

from contracts.digests import sha256_hex
from engine.accounts.models import Person, Role
from engine.candidates.models import GenerationRequest
from engine.demo.people import demo_password
from engine.demo.shipped import SMALL_FOLDER
from engine.photos.models import Photo, TargetObject
from engine.registry.models import Checkpoint, Deployment
from engine.registry.selectors import live_checkpoint


@pytest.mark.django_db(transaction=True)
def test_seeding_twice_gives_what_seeding_once_gave() -> None:
    said = StringIO()
    call_command("seed_demo", stdout=said)
    counts = [model.objects.count() for model in (Person, Photo, TargetObject, GenerationRequest, Checkpoint)]
    call_command("seed_demo", stdout=said)
    again = [model.objects.count() for model in (Person, Photo, TargetObject, GenerationRequest, Checkpoint)]
    assert counts == again
    assert Deployment.objects.count() == 1
    first, second = said.getvalue().splitlines()
    assert "(0 new)" in second
    assert "(0 new)" not in first

    assert Photo.objects.count() >= 12
    assert not Photo.objects.filter(credit="").exists()
    assert GenerationRequest.objects.count() == 2 * TargetObject.objects.count()
    live = live_checkpoint()
    assert live is not None
    assert live.stage == "pretrain"
    assert live.card["network"]["name"] == "debug-wheel"
    for role in Role.values:
        person = Person.objects.get(roles=[role])
        assert person.check_password(demo_password())


@pytest.mark.django_db(transaction=True)
def test_a_platform_without_photos_can_be_seeded() -> None:
    call_command("seed_demo", "--without-photos", stdout=StringIO())
    assert Photo.objects.count() == 0
    assert live_checkpoint() is not None


@pytest.mark.django_db(transaction=True)
def test_a_platform_that_serves_another_checkpoint_goes_on_serving_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("seed_demo", "--without-photos", stdout=StringIO())
    before = live_checkpoint()
    another = tmp_path / "another"
    shutil.copytree(SMALL_FOLDER, another)
    card = json.loads((another / "card.json").read_text())
    weights = load_file(another / card["files"][0]["name"])
    first = next(iter(weights))
    save_file({**weights, first: weights[first] + 1}, another / "weights-001.safetensors")
    content = (another / "weights-001.safetensors").read_bytes()
    card["files"][0].update(sha256=sha256_hex(content), size_bytes=len(content))
    (another / "card.json").write_text(json.dumps(card))
    monkeypatch.setenv("FLYWHEEL_SEED_CHECKPOINT", str(another))
    said = StringIO()
    call_command("seed_demo", "--without-photos", stdout=said)
    assert live_checkpoint() == before
    assert Checkpoint.objects.count() == 2
    assert "Another checkpoint is live" in said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_wrong_name_of_a_checkpoint_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYWHEEL_SEED_CHECKPOINT", "bse")
    with pytest.raises(CommandError, match="bse"):
        call_command("seed_demo", "--without-photos", stdout=StringIO())
