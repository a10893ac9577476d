"""Simulated annotators work through the services of people, and their mark stays on everything that follows."""

from pathlib import Path

import pytest

from engine.annotation.models import Assignment, Choice, Comparison
from engine.annotation.services import open_ready_assignments
from engine.candidates.models import Candidate
from engine.core.storage import blob_store
from engine.demo.annotating import annotate_targets, true_qualities
from engine.demo.hiring import hire_simulated_annotators
from engine.demo.loop.turn import given_up
from engine.demo.models import HiddenTruth
from engine.demo.sculpting import sculpt_targets
from engine.demo.shapes import filled_voxels, voxel_iou
from engine.photos.models import TargetObject
from engine.records.models import PreferencePair, Record, RecordKind
from engine.records.services import derive_records
from tests.flow.conftest import small_platform
from tests.flow.wheel import deploy_base_checkpoint, make_targets, propose
from trainers.data.procedural import make_shape

__all__ = ["small_platform"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def targets(tmp_path: Path) -> list[TargetObject]:
    """Three objects whose hidden truth is one of their own candidates."""
    deploy_base_checkpoint(tmp_path / "base")
    made = make_targets(n_train=3, n_heldout=0)
    propose(made)
    for target in made:
        truth = Candidate.objects.filter(target=target).order_by("pk")[2]
        HiddenTruth.objects.create(target=target, glb_sha256=truth.glb_sha256, family="test")
    open_ready_assignments()
    return made


def test_without_noise_the_candidate_that_is_the_truth_wins(targets: list[TargetObject]) -> None:
    report = annotate_targets(annotators=hire_simulated_annotators(n=2), noise=0.0, seed=1)
    assert (report.n_choices, report.n_comparisons, report.n_none_acceptable) == (3, 9, 0)
    for choice in Choice.objects.all():
        quality = true_qualities(target_id=choice.target_id)
        assert quality[choice.winner_id] == 1.0 == max(quality.values())
        assert choice.rating == 1.0
    assert Comparison.objects.count() == 9


def test_what_they_make_is_marked_to_the_end(targets: list[TargetObject]) -> None:
    people = hire_simulated_annotators(n=2)
    assert all(person.is_simulated and not person.has_usable_password() for person in people)
    annotate_targets(annotators=people, noise=0.05, seed=1)
    derive_records()
    marks = [set(model.objects.values_list("is_simulated", flat=True)) for model in (Choice, Record, PreferencePair)]
    assert marks == [{True}, {True}, {True}]


def test_the_same_people_are_hired_again(db: None) -> None:
    assert hire_simulated_annotators(n=2) == hire_simulated_annotators(n=2)


def test_real_photos_are_left_to_people(targets: list[TargetObject]) -> None:
    HiddenTruth.objects.filter(target=targets[0]).delete()
    report = annotate_targets(annotators=hire_simulated_annotators(n=1), noise=0.0, seed=1)
    assert report.n_choices == 2
    left = Assignment.objects.get(target=targets[0])
    assert (left.state, left.annotator_id) == ("open", None)


def test_simulated_artists_give_objects_their_true_shape(targets: list[TargetObject]) -> None:
    assert sculpt_targets(targets=targets) == 3
    assert sculpt_targets(targets=targets) == 0
    derive_records()
    records = Record.objects.filter(kind=RecordKind.ART)
    assert {record.target_id for record in records} == {target.pk for target in targets}
    assert all(record.is_simulated for record in records)
    record = records.get(target=targets[0])
    truth = filled_voxels(blob_store().get(HiddenTruth.objects.get(target=targets[0]).glb_sha256))
    assert voxel_iou(filled_voxels(blob_store().get(record.glb_sha256)), truth) > 0.95


def test_objects_that_are_given_up_reach_the_artists(targets: list[TargetObject]) -> None:
    unlike = blob_store().put(make_shape("bench", 1).mesh.to_glb(), content_type="model/gltf-binary")
    HiddenTruth.objects.filter(target=targets[0]).update(glb_sha256=unlike)
    report = annotate_targets(annotators=hire_simulated_annotators(n=2), noise=0.0, seed=1)
    assert report.n_none_acceptable == 1
    assert given_up(targets) == [targets[0]]
    assert sculpt_targets(targets=given_up(targets)) == 1
    assert given_up(targets) == []
    derive_records()
    assert Record.objects.get(target=targets[0]).kind == RecordKind.ART
    pairs = PreferencePair.objects.filter(target=targets[0])
    candidates = Candidate.objects.filter(target=targets[0])
    assert {pair.loser_id for pair in pairs} == {candidate.pk for candidate in candidates}
