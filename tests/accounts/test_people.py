"""People, tokens and sessions."""

import pytest
from django.db import IntegrityError, transaction

from engine.accounts.models import Person, Role
from engine.accounts.services import create_person
from engine.core.errors import Conflict, InvalidInput

pytestmark = pytest.mark.django_db


def test_a_name_and_a_password_give_a_token_that_signs_in(person, api) -> None:
    person("annotator", "artist", username="ada", display_name="Ada")
    token = api(None).post("/api/token/", {"username": "ada", "password": "correct horse"}).json()["token"]
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    me = client.get("/api/me/").json()
    assert (me["username"], me["display_name"], me["roles"]) == ("ada", "Ada", ["annotator", "artist"])


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_gives_a_reason_and_no_token(person, api, password: str) -> None:
    person("annotator", username="ada")
    answer = api(None).post("/api/token/", {"username": "ada", "password": password})
    assert answer.status_code == 400
    assert "token" not in answer.json()
    assert answer.json()["errors"][0]["reason"]


def test_a_session_needs_its_csrf_token_to_write(person, client) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    person("ml_lead", username="lead")
    assert strict.login(username="lead", password="correct horse")
    assert strict.get("/api/photos/").status_code == 200
    assert strict.post("/api/deployments/rollback/", {"reason": "x"}).status_code == 403


def test_an_admin_may_everything_and_enters_the_admin_pages(client) -> None:
    create_person(username="root", password="correct horse battery", roles=[Role.ADMIN])
    assert client.login(username="root", password="correct horse battery")
    assert client.get("/admin/").status_code == 200
    for page in ("accounts/person", "photos/photo", "candidates/candidate", "registry/deployment"):
        assert client.get(f"/admin/{page}/").status_code == 200


def test_somebody_simulated_is_marked_and_cannot_sign_in(client) -> None:
    bot = create_person(username="bot", password=None, roles=[Role.ANNOTATOR], is_simulated=True)
    assert bot.is_simulated
    assert not bot.has_usable_password()


def test_weak_passwords_and_taken_names_are_refused() -> None:
    with pytest.raises(InvalidInput):
        create_person(username="ada", password="password", roles=[])
    create_person(username="ada", password="correct horse", roles=[])
    with pytest.raises(Conflict):
        create_person(username="ada", password="correct horse", roles=[])


def test_the_database_knows_the_roles() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(username="x", roles=["emperor"])
