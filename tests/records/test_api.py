from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.records.services import freeze_dataset
from tests.records.factories import choose, make_stored_candidates, make_stored_target

pytestmark = pytest.mark.django_db
Client = Callable[[Person | None], APIClient]


def test_an_ml_lead_derives_and_reads(person: Callable[..., Person], api: Client) -> None:
    target = make_stored_target()
    make_stored_candidates(target)
    choose(person("annotator", username="ada"), target)
    lead = api(person("ml_lead"))
    derived = lead.post("/api/records/derive/", {"alpha": 0.6}, format="json")
    assert (derived.status_code, derived.json()["records"], derived.json()["pairs"]) == (200, 1, 2)
    (record,) = lead.get("/api/records/?kind=MITL-3DO").json()["results"]
    assert (record["author"], record["split"], record["target_id"]) == ("ada", "train", target.pk)
    assert len(lead.get("/api/preference-pairs/").json()["results"]) == 2
    version = freeze_dataset(split="train", alpha=0.6)
    (listed,) = lead.get("/api/dataset-versions/").json()["results"]
    assert listed == lead.get(f"/api/dataset-versions/{version.dataset_sha256}/").json()
    assert listed["contributors"] == [{"username": "ada", "is_simulated": False, "n_examples": 1, "n_pairs": 2}]


@pytest.mark.parametrize(
    ("alpha", "code"), [(1.5, "max_value"), (-1, "min_value"), ("much", "invalid"), ("nan", "invalid")]
)
def test_a_wrong_alpha_is_refused(person: Callable[..., Person], api: Client, alpha: object, code: str) -> None:
    answer = api(person("ml_lead")).post("/api/records/derive/", {"alpha": alpha}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_what_does_not_exist_is_said_so(person: Callable[..., Person], api: Client) -> None:
    lead = api(person("ml_lead"))
    assert lead.get("/api/dataset-versions/nothing/").status_code == 404
    assert lead.get("/api/records/?kind=x").json()["errors"][0]["code"] == "kind_unknown"
