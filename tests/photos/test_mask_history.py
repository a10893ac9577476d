"""What was there before masks had versions has them now."""

from importlib import import_module

import pytest
from django.db import connection

from engine.candidates.models import Candidate
from engine.photos.models import MaskVersion
from tests.annotation.factories import make_candidates, make_target

pytestmark = pytest.mark.django_db


def run_sql_of(migration: str, constant: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(getattr(import_module(f"migrations.{migration}"), constant))


def test_the_mask_of_an_old_target_becomes_its_version_0() -> None:
    target = make_target()
    run_sql_of("photos.0003_version_masks", "FIRST_VERSIONS")
    version = MaskVersion.objects.get(target=target)
    assert (version.version, version.mask_sha256, version.reason) == (0, target.mask_sha256, "")
    assert version.created_at == target.created_at


def test_old_candidates_were_made_for_the_mask_that_their_target_has() -> None:
    targets = [make_target(), make_target()]
    for target in targets:
        make_candidates(target, 2)
    Candidate.objects.update(mask_sha256="")
    run_sql_of("candidates.0002_remember_mask", "MASK_OF_TARGET")
    assert all(one.mask_sha256 == one.target.mask_sha256 for one in Candidate.objects.select_related("target"))
