"""Guessing passwords gets slow; people who mistype, strangers elsewhere and an absent Valkey lock nobody out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.brake import ADDRESS, NAME_AT_ADDRESS, Brake, Patience
from engine.accounts.models import Person
from engine.core.errors import TooManyRequests
from tests.outages import down
from tests.services import Services

pytestmark = pytest.mark.django_db
FREE = NAME_AT_ADDRESS.free
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def name() -> str:
    """A name that no other test has tried: the counts outlive a test."""
    return f"ada-{uuid4().hex}"


@pytest.fixture(autouse=True)
def _fresh_address() -> None:
    """Forget what other tests did from here."""
    cache.delete(f"{Brake(username='', address=HERE)._of_address}:tries")


@pytest.fixture
def ada(person: Callable[..., Person], name: str) -> Person:
    return person("annotator", username=name)


def ask_token(api: Any, name: str, password: str, *, address: str = HERE) -> Any:
    return api(None).post("/api/token/", {"username": name, "password": password}, REMOTE_ADDR=address)


def guess(api: Any, name: str, n: int) -> list[int]:
    return [ask_token(api, name, f"guess {number}").status_code for number in range(n)]


def open_gate(*, username: str) -> None:
    """Let the time to wait pass."""
    brake = Brake(username=username, address=HERE)
    assert cache.delete(f"{brake._of_name}:shut_until")


def test_after_some_guesses_even_the_right_password_has_to_wait_and_is_told_how_long(ada: Person, api) -> None:
    assert guess(api, ada.username, FREE) == [400] * FREE
    answer = ask_token(api, ada.username, "correct horse")
    assert answer.status_code == 429
    fault = answer.json()["errors"][0]
    assert fault["code"] == "too_many_attempts"
    assert 1 <= int(answer["Retry-After"]) <= NAME_AT_ADDRESS.first_wait
    assert f"Wait {answer['Retry-After']} second" in fault["reason"]


def test_each_further_guess_waits_longer_and_the_right_password_wipes_the_count(ada: Person, api) -> None:
    guess(api, ada.username, FREE)
    waits = []
    for number in range(3):
        open_gate(username=ada.username)
        assert ask_token(api, ada.username, f"more {number}").status_code == 400
        waits.append(int(ask_token(api, ada.username, "x")["Retry-After"]))
    assert waits == [NAME_AT_ADDRESS.first_wait * 2**n for n in (1, 2, 3)]
    open_gate(username=ada.username)
    assert ask_token(api, ada.username, "correct horse").status_code == 200
    assert guess(api, ada.username, FREE) == [400] * FREE


def test_somebody_elsewhere_cannot_lock_her_out(ada: Person, api) -> None:
    guess(api, ada.username, FREE + 2)
    assert ask_token(api, ada.username, "correct horse", address=ELSEWHERE).status_code == 200


def test_a_name_that_nobody_has_is_answered_in_the_same_words(ada: Person, api) -> None:
    nobody = f"nobody-{uuid4().hex}"

    def answers(name: str) -> list[tuple[int, Any]]:
        given = [ask_token(api, name, "guess") for _ in range(FREE + 1)]
        return [(answer.status_code, answer.json()["errors"][0]["code"]) for answer in given]

    assert answers(nobody) == answers(ada.username)


def test_guesses_sent_all_at_once_are_counted_one_by_one(name: str) -> None:
    def is_admitted(_: int) -> bool:
        try:
            Brake(username=name, address=HERE).admit()
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(max_workers=16) as pool:
        assert sum(pool.map(is_admitted, range(64))) <= FREE


def test_many_names_from_one_address_are_slowed_down_too() -> None:
    address = uuid4().hex
    for number in range(ADDRESS.free):
        Brake(username=f"{address}-{number}", address=address).admit()
    with pytest.raises(TooManyRequests):
        Brake(username=f"{address}-last", address=address).admit()


def test_an_office_where_everybody_signs_in_in_the_morning_is_not_slowed_down() -> None:
    address = uuid4().hex
    for number in range(2 * ADDRESS.free):
        brake = Brake(username=f"{address}-{number}", address=address)
        brake.admit()
        brake.release()


def test_the_page_says_how_long_to_wait_and_so_does_the_admin(ada: Person) -> None:
    client = Client(REMOTE_ADDR=HERE)
    sent = {"username": ada.username, "password": "wrong"}
    assert [client.post("/login/", sent).status_code for _ in range(FREE)] == [200] * FREE
    page = client.post("/login/", sent)
    assert page.status_code == 429
    assert int(page["Retry-After"]) >= 1
    assert "Too many attempts to log in. Wait" in page.content.decode()
    assert 'name="password"' in page.content.decode()
    admin = client.post("/admin/login/", sent)
    assert admin.status_code == 429
    assert "Wait" in admin.content.decode()


def test_the_page_and_the_token_share_one_count(ada: Person, api) -> None:
    guess(api, ada.username, FREE)
    sent = {"username": ada.username, "password": "correct horse"}
    assert Client(REMOTE_ADDR=HERE).post("/login/", sent).status_code == 429


def test_without_valkey_people_sign_in_all_the_same(ada: Person, api, services: Services) -> None:
    with down(services.valkey):
        assert ask_token(api, ada.username, "wrong").status_code == 400
        assert ask_token(api, ada.username, "correct horse").status_code == 200


def test_the_address_is_the_one_that_the_nearest_proxy_saw(ada: Person, settings: Any, api) -> None:
    guess(api, ada.username, FREE)
    sent = {"username": ada.username, "password": "correct horse"}
    claims = {"REMOTE_ADDR": HERE, "HTTP_X_FORWARDED_FOR": f"{ELSEWHERE}, {HERE}"}
    # No proxy in front: whatever the client claims in the header, it is the one that connected.
    assert api(None).post("/api/token/", sent, **claims).status_code == 429
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    assert api(None).post("/api/token/", sent, **claims).status_code == 429
    claims["HTTP_X_FORWARDED_FOR"] = f"{HERE}, {ELSEWHERE}"
    assert api(None).post("/api/token/", sent, **claims).status_code == 200


@given(n=st.integers(0, 10**9))
def test_the_wait_never_shrinks_and_stays_within_minutes(n: int) -> None:
    patience = Patience(free=5, first_wait=5, longest_wait=300)
    assert 0 <= patience.wait_after(n) <= patience.wait_after(n + 1) <= 300
    assert (patience.wait_after(n) == 0) == (n < 5)
