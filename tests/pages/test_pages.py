"""Who may open which page, and what the shell tells the browser."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engine.accounts.models import Person, Role
from engine.core.environment import PROJECT_FOLDER
from engine.pages import PAGES, Page

MakePerson = Callable[..., Person]
CANDIDATE_ID = "00000000-0000-0000-0000-000000000001"

ALLOWED = {
    "home": {"annotator", "artist", "reviewer", "ml_lead", "admin"},
    "annotate": {"annotator", "admin"},
    "align": {"annotator", "admin"},
    "annotateAnswers": {"annotator", "admin"},
    "annotateAnswer": {"annotator", "admin"},
    "photos": {"ml_lead", "admin"},
    "photo": {"ml_lead", "admin"},
    "mask": {"annotator", "reviewer", "ml_lead", "admin"},
    "artist": {"artist", "reviewer", "admin"},
    "artistJob": {"artist", "reviewer", "admin"},
    "records": {"ml_lead", "reviewer", "admin"},
    "rounds": {"ml_lead", "admin"},
    "round": {"ml_lead", "admin"},
    "checkpoints": {"ml_lead", "admin"},
    "campaigns": {"ml_lead", "admin"},
    "campaign": {"ml_lead", "admin"},
    "annotators": {"ml_lead", "reviewer", "admin"},
    "annotator": {"ml_lead", "reviewer", "admin"},
    "gold": {"ml_lead", "reviewer", "admin"},
    "maskFlags": {"ml_lead", "reviewer", "admin"},
    "disagreements": {"reviewer", "admin"},
    "lineage": {"ml_lead", "reviewer", "admin"},
}


def address_of(page: Page) -> str:
    """Return an address of the page; what it names need not exist, for the API says so."""
    if "<uuid:id>" in page.route:
        return reverse(page.name, kwargs={"id": CANDIDATE_ID})
    return reverse(page.name, kwargs={"id": 1} if "<int:id>" in page.route else {})


def context_of(html: str) -> dict[str, Any]:
    """Return what the shell hands to the browser."""
    found = re.search(r'<script id="page-context" type="application/json">(.*?)</script>', html)
    assert found is not None
    context: dict[str, Any] = json.loads(found[1])
    return context


def test_every_page_has_an_entry_in_the_user_interface() -> None:
    missing = [page.entry for page in PAGES if not (PROJECT_FOLDER / "annotator_ui" / page.entry).is_file()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("role", list(Role))
def test_a_page_opens_for_its_roles_only(client: Client, person: MakePerson, page: Page, role: Role) -> None:
    client.force_login(person(role.value))
    expected = 200 if role.value in ALLOWED[page.name] else 403
    assert client.get(address_of(page)).status_code == expected


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nobody_is_sent_to_sign_in_and_back(client: Client, page: Page) -> None:
    response = client.get(address_of(page))
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('login')}?next={address_of(page)}"


def test_navigation_shows_what_the_person_may_open(client: Client, person: MakePerson) -> None:
    client.force_login(person("artist", display_name="Arto"))
    context = context_of(client.get("/").content.decode())
    assert [item["name"] for item in context["nav"]] == ["home", "artist"]
    assert context["me"]["display_name"] == "Arto"
    assert context["me"]["roles"] == ["artist"]
    assert context["csrf"]


def test_a_page_that_carries_a_token_is_kept_by_no_cache(client: Client, person: MakePerson) -> None:
    client.force_login(person("annotator"))
    assert client.get("/annotate/")["Cache-Control"] == "private, no-store"


def test_a_name_cannot_break_out_of_the_page(client: Client, person: MakePerson) -> None:
    client.force_login(person("annotator", display_name="</script><script>alert(1)</script>"))
    html = client.get("/").content.decode()
    assert "<script>alert(1)" not in html
    assert context_of(html)["me"]["display_name"] == "</script><script>alert(1)</script>"


def test_the_refusal_names_the_roles_that_may(client: Client, person: MakePerson) -> None:
    client.force_login(person("annotator"))
    response = client.get("/rounds/")
    assert response.status_code == 403
    assert "ML lead" in response.content.decode()


@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"'), ('"><b', None)]
)
def test_the_chosen_theme_is_rendered_and_nothing_else(
    client: Client, person: MakePerson, cookie: str, attribute: str | None
) -> None:
    client.force_login(person("annotator"))
    client.cookies["theme"] = cookie
    html = client.get("/").content.decode()
    assert (attribute in html) if attribute else ("data-theme" not in html)


def test_signing_in_and_out(client: Client, person: MakePerson) -> None:
    person("annotator", username="ada")
    wrong = client.post("/login/", {"username": "ada", "password": "wrong"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.content.decode()
    right = client.post("/login/?next=/annotate/", {"username": "ada", "password": "correct horse"})
    assert right["Location"] == "/annotate/"
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/annotate/").status_code == 302


@pytest.mark.django_db
def test_an_unknown_address_says_so(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
