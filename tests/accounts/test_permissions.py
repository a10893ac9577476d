"""Who may call what: one table for the whole API, and every cell of it is tried.

A route or a method that is not in the table fails the first test: state who may call it.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from engine.accounts.models import Person, Role

ANYBODY = frozenset({"nobody", "no role", *Role.values})
SIGNED_IN = ANYBODY - {"nobody"}
ADMIN = frozenset({"admin"})
ANNOTATOR = ADMIN | {"annotator"}
ARTIST = ADMIN | {"artist"}
REVIEWER = ADMIN | {"reviewer"}
LEAD = ADMIN | {"ml_lead"}

TABLE: dict[tuple[str, str], frozenset[str]] = {
    ("schema/", "get"): SIGNED_IN,
    ("token/", "post"): ANYBODY,
    ("me/", "get"): SIGNED_IN,
    ("people/<int:person_id>/skills/", "put"): LEAD,
    # photos, objects, candidates
    ("photos/", "get"): LEAD,
    ("photos/", "post"): LEAD,
    ("photos/<int:photo_id>/", "get"): LEAD | REVIEWER,
    ("photos/<int:photo_id>/targets/", "post"): LEAD,
    ("photos/<int:photo_id>/pointmaps/", "get"): LEAD,
    ("photos/<int:photo_id>/pointmaps/", "post"): LEAD,
    ("imports/folder/", "post"): LEAD,
    ("imports/coco/", "post"): LEAD,
    ("targets/", "get"): LEAD | REVIEWER,
    ("targets/<int:target_id>/", "get"): LEAD | REVIEWER,
    ("targets/<int:target_id>/propose/", "post"): LEAD,
    ("generation-requests/", "get"): LEAD,
    ("generation-requests/<int:request_id>/retry/", "post"): LEAD,
    ("candidates/<uuid:candidate_id>/lineage/", "get"): LEAD | REVIEWER,
    # bytes
    ("assets/photos/<int:photo_id>/image", "get"): SIGNED_IN,
    ("assets/photos/<int:photo_id>/points/<int:version>", "get"): SIGNED_IN,
    ("assets/targets/<int:target_id>/mask", "get"): SIGNED_IN,
    ("assets/targets/<int:target_id>/masks/<int:version>", "get"): SIGNED_IN,
    ("assets/candidates/<uuid:candidate_id>/mesh", "get"): SIGNED_IN,
    ("assets/candidates/<uuid:candidate_id>/lod", "get"): SIGNED_IN,
    ("assets/candidates/<uuid:candidate_id>/preview", "get"): SIGNED_IN,
    ("assets/uploads/<uuid:upload_id>/mesh", "get"): ARTIST | REVIEWER | LEAD,
    # annotation
    ("assignments/next/", "post"): ANNOTATOR,
    ("assignments/<int:assignment_id>/heartbeat/", "post"): ANNOTATOR,
    ("assignments/<int:assignment_id>/draft/", "put"): ANNOTATOR,
    ("assignments/<int:assignment_id>/release/", "post"): ANNOTATOR,
    ("assignments/<int:assignment_id>/submit/", "post"): ANNOTATOR,
    ("assignments/<int:assignment_id>/skip/", "post"): ANNOTATOR,
    ("assignments/<int:assignment_id>/flag-mask/", "post"): ANNOTATOR,
    ("assignments/<int:assignment_id>/asset-problems/", "post"): ANNOTATOR,
    ("annotation/progress/", "get"): ANNOTATOR,
    ("annotation/pause/", "post"): ANNOTATOR,
    ("annotation/resume/", "post"): ANNOTATOR,
    ("choices/", "get"): ANNOTATOR,
    ("choices/<int:choice_id>/", "get"): ANNOTATOR | REVIEWER,
    ("choices/<int:choice_id>/revise/", "post"): ANNOTATOR | REVIEWER,
    ("targets/<int:target_id>/adjudicate/", "post"): REVIEWER,
    ("disagreements/", "get"): REVIEWER,
    ("alignments/next/", "post"): ANNOTATOR,
    ("alignments/<int:task_id>/heartbeat/", "post"): ANNOTATOR,
    ("alignments/<int:task_id>/draft/", "put"): ANNOTATOR,
    ("alignments/<int:task_id>/release/", "post"): ANNOTATOR,
    ("alignments/<int:task_id>/snap/", "post"): ANNOTATOR,
    ("alignments/<int:task_id>/submit/", "post"): ANNOTATOR,
    ("annotators/", "get"): LEAD | REVIEWER,
    ("annotators/<int:person_id>/", "get"): LEAD | REVIEWER,
    ("agreement/", "get"): LEAD | REVIEWER,
    ("quality-flags/", "get"): LEAD | REVIEWER,
    ("quality-flags/find/", "post"): LEAD | REVIEWER,
    ("quality-flags/<int:flag_id>/", "patch"): LEAD | REVIEWER,
    ("campaigns/", "get"): LEAD,
    ("campaigns/", "post"): LEAD,
    ("campaigns/<int:campaign_id>/", "get"): LEAD,
    ("campaigns/<int:campaign_id>/", "patch"): LEAD,
    ("campaigns/<int:campaign_id>/targets/", "post"): LEAD,
    ("gold-pairs/", "get"): LEAD | REVIEWER,
    ("gold-pairs/", "post"): LEAD | REVIEWER,
    ("gold-pairs/<int:gold_pair_id>/", "patch"): LEAD | REVIEWER,
    ("mask-flags/", "get"): LEAD | REVIEWER,
    ("mask-flags/<int:flag_id>/", "patch"): LEAD | REVIEWER,
    ("asset-problems/", "get"): LEAD | REVIEWER,
    ("asset-problems/<int:problem_id>/resolve/", "post"): LEAD | REVIEWER,
    ("targets/<int:target_id>/masks/", "get"): ANNOTATOR | LEAD | REVIEWER,
    ("targets/<int:target_id>/masks/", "post"): ANNOTATOR | LEAD | REVIEWER,
    ("targets/<int:target_id>/propose-mask/", "post"): ANNOTATOR | LEAD | REVIEWER,
    # artistry
    ("artist-jobs/", "get"): ARTIST | REVIEWER,
    ("artist-jobs/<int:job_id>/", "get"): ARTIST | REVIEWER,
    ("artist-jobs/<int:job_id>/take/", "post"): ARTIST,
    ("artist-jobs/<int:job_id>/release/", "post"): ARTIST,
    ("artist-jobs/<int:job_id>/uploads/", "post"): ARTIST,
    ("mesh-uploads/<uuid:upload_id>/complete/", "post"): ARTIST,
    ("mesh-uploads/<uuid:upload_id>/review/", "post"): REVIEWER,
    # records
    ("records/", "get"): LEAD | REVIEWER,
    ("records/derive/", "post"): LEAD,
    ("preference-pairs/", "get"): LEAD | REVIEWER,
    ("dataset-versions/", "get"): LEAD | REVIEWER,
    ("dataset-versions/<str:sha256>/", "get"): LEAD | REVIEWER,
    # rounds and registry
    ("rounds/", "get"): LEAD,
    ("rounds/", "post"): LEAD,
    ("rounds/<int:round_id>/", "get"): LEAD,
    ("rounds/<int:round_id>/cancel/", "post"): LEAD,
    ("rounds/<int:round_id>/retry/", "post"): LEAD,
    ("checkpoints/", "get"): LEAD | REVIEWER,
    ("checkpoints/<str:checkpoint_sha256>/", "get"): LEAD | REVIEWER,
    ("deployments/", "get"): LEAD | REVIEWER,
    ("deployments/rollback/", "post"): LEAD,
    ("model-server/", "get"): LEAD,
}

SAMPLES = {"int": "999999999", "uuid": str(UUID(int=1)), "str": "0" * 64}


def api_patterns(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from api_patterns(pattern.url_patterns, route)
        elif route.startswith("api/"):
            yield route.removeprefix("api/"), pattern


def methods_of(pattern: URLPattern) -> set[str]:
    view: Any = getattr(pattern.callback, "view_class", None) or pattern.callback.cls  # type: ignore[attr-defined]
    return {method for method in view.http_method_names if hasattr(view, method)} - {"options", "head"}


def test_the_table_names_every_route_and_method_of_the_api() -> None:
    found = {
        (route, method)
        for route, pattern in api_patterns(get_resolver().url_patterns)
        for method in methods_of(pattern)
    }
    assert found == set(TABLE)


@pytest.fixture
def people(db: None) -> dict[str, Person | None]:
    # Without passwords: hashing six of them for every row of the table takes longer than the rest.
    roles = {role: Person.objects.create(username=role, roles=[role]) for role in Role.values}
    return {"nobody": None, "no role": Person.objects.create(username="no-role"), **roles}


@pytest.mark.parametrize(("route", "method"), sorted(TABLE))
def test_exactly_the_people_of_the_table_pass(route: str, method: str, people, api) -> None:
    url = "/api/" + re.sub(r"<(\w+):\w+>", lambda match: SAMPLES[match[1]], route)
    passed = set()
    for name, somebody in people.items():
        answer = getattr(api(somebody), method)(url)
        assert answer.status_code < 500 or answer.status_code == 503, answer.content
        if answer.status_code in {401, 403}:
            assert answer.data["errors"][0]["reason"]
            assert answer.status_code == (401 if name == "nobody" else 403)
        else:
            passed.add(name)
    assert passed == TABLE[route, method]


def test_a_person_who_was_deactivated_is_nobody(person, api) -> None:
    lead = person("ml_lead")
    client = api(lead)
    assert client.get("/api/photos/").status_code == 200
    lead.is_active = False
    lead.save()
    assert client.get("/api/photos/").status_code == 401
