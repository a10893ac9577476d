"""The shipped seed: real photos with masks, a checkpoint, a person for each role; twice gives the same."""

from io import StringIO

import pytest
from django.core.management import call_command

from engine.accounts.models import Person, Role
from engine.candidates.models import GenerationRequest
from engine.demo.people import demo_password
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
    for role in Role.values:
        person = Person.objects.get(roles=[role])
        assert person.check_password(demo_password())


@pytest.mark.django_db(transaction=True)
def test_a_platform_without_photos_can_be_seeded() -> None:
    call_command("seed_demo", "--without-photos", stdout=StringIO())
    assert Photo.objects.count() == 0
    assert live_checkpoint() is not None
