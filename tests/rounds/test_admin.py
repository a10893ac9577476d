"""Rounds can be looked at in the admin, and not changed there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from engine.rounds.launchers.fake import FakeLauncher
from engine.rounds.models import RoundState
from engine.rounds.services import advance_round, start_round
from tests.flow.wheel import deploy_base_checkpoint, prepare_records


@pytest.mark.django_db(transaction=True)
def test_a_round_is_shown_with_its_stages_and_cannot_be_edited(person: Callable[..., Any], tmp_path: Path) -> None:
    deploy_base_checkpoint(tmp_path / "base")
    prepare_records(person("annotator"))
    round_ = start_round(started_by=None, name="Seen in the admin")
    advance_round(round_id=round_.pk, launcher=FakeLauncher())
    client = Client()
    client.force_login(person("admin", is_staff=True, is_superuser=True))
    assert "Seen in the admin" in client.get("/admin/rounds/round/").content.decode()
    page = client.get(f"/admin/rounds/round/{round_.pk}/change/").content.decode()
    assert RoundState.JUDGING.label in page
    assert 'name="_save"' not in page
    assert client.post(f"/admin/rounds/round/{round_.pk}/delete/", {"post": "yes"}).status_code == 403
