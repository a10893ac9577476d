"""JSON of alignment. As with choices, nothing here tells who made the shape."""

import math
from typing import Any

from rest_framework import serializers

from contracts.generation import CAMERA_FOCAL
from engine.annotation.alignment.answers import SentAlignment
from engine.annotation.alignment.models import AlignmentMethod
from engine.annotation.alignment.placing import pose_json, read_pose, seen_through
from engine.annotation.alignment.tasks import ClaimedAlignment
from engine.annotation.serializers.tasks import DraftAskSerializer, LeaseAskSerializer, PoseSerializer
from engine.core.errors import InvalidInput
from engine.photos.pointmap_api import grid_url

# Where a shape without a pose is put: far enough off to be seen whole by the standard camera.
_DEFAULT_POSE = {
    "rotation": [[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]],
    "translation": [0.0, 0.0, 4.0],
    "scale": [1.0, 1.0, 1.0],
}
# Least squares over rounded pixels never give the very number.
_SAME_LENS = 5e-3
_LONGEST_MILLISECONDS = 2**31 - 1


class AlignmentTaskSerializer(serializers.Serializer[Any]):
    """One shape to place. ``focal``: half image sides over the longer side."""

    id = serializers.IntegerField()
    lease_token = serializers.UUIDField()
    lease_expires_at = serializers.DateTimeField()
    server_time = serializers.DateTimeField()
    target_id = serializers.IntegerField()
    image_url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    mask_url = serializers.CharField()
    mesh_url = serializers.CharField()
    pose = PoseSerializer()
    is_predicted = serializers.BooleanField(
        help_text="False: nothing was predicted, the shape stands before the camera"
    )
    focal = serializers.FloatField()
    exif_focal = serializers.FloatField(allow_null=True)
    points_url = serializers.CharField(
        allow_null=True, help_text="A .npy file, float32 (rows, columns, 3): the photo's pointmap on the grid of 512"
    )
    points_focal = serializers.FloatField(allow_null=True, help_text="Of the camera that the pointmap was made for")
    draft = serializers.JSONField(allow_null=True)


class NextAlignmentSerializer(serializers.Serializer[Any]):
    """Answer of next: a task, or why there is none."""

    task = AlignmentTaskSerializer(allow_null=True)
    empty_message = serializers.CharField(allow_blank=True)


class AlignmentDraftSerializer(DraftAskSerializer):
    """What the person has done so far; the server does not look inside."""


class SubmitAlignmentSerializer(LeaseAskSerializer):
    """Where the person placed the shape."""

    idempotency_key = serializers.UUIDField()
    pose = PoseSerializer()
    focal = serializers.FloatField()
    method = serializers.ChoiceField(choices=AlignmentMethod.choices)
    browser_iou = serializers.FloatField(min_value=0, max_value=1, allow_null=True, default=None)
    milliseconds = serializers.IntegerField(min_value=0, max_value=_LONGEST_MILLISECONDS)

    def sent(self) -> SentAlignment:
        """Return the validated answer."""
        sent = self.validated_data
        return SentAlignment(
            pose=sent["pose"], focal=sent["focal"], method=AlignmentMethod(sent["method"]),
            browser_iou=sent["browser_iou"], milliseconds=sent["milliseconds"],
        )  # fmt: skip


class SubmittedAlignmentSerializer(serializers.Serializer[Any]):
    """What the server made of it: IoU as it was sent, and through the camera that all poses share; with a pointmap the
    median distance in metres along z between surface and points, as it was sent.
    """

    alignment_id = serializers.IntegerField()
    server_iou = serializers.FloatField()
    standard_iou = serializers.FloatField()
    server_residual = serializers.FloatField(allow_null=True)


class SnapAskSerializer(LeaseAskSerializer):
    """Where to begin."""

    pose = PoseSerializer()
    focal = serializers.FloatField()


class SnapAnswerSerializer(serializers.Serializer[Any]):
    """The fitted pose; the one that was sent if nothing better was found. ``residual`` only with a pointmap: the median
    distance in metres from its points to the surface.
    """

    pose = PoseSerializer()
    iou = serializers.FloatField()
    start_iou = serializers.FloatField()
    residual = serializers.FloatField(allow_null=True)


def _start(claimed: ClaimedAlignment) -> tuple[dict[str, Any], float]:
    """Return the pose to begin with and the focal length that it belongs to: the pointmap's, where there is one, for
    its points lie in front of its own camera and of no other.
    """
    pose, pointmap = claimed.task.candidate.pose or _DEFAULT_POSE, claimed.pointmap
    if pointmap is None or math.isclose(pointmap.focal, CAMERA_FOCAL, rel_tol=_SAME_LENS):
        return pose, CAMERA_FOCAL
    try:
        placement = read_pose(pose)
    except InvalidInput:  # a maker wrote what no person may; she places it anew
        return pose, CAMERA_FOCAL
    return pose_json(seen_through(placement, focal=CAMERA_FOCAL, other_focal=pointmap.focal)), pointmap.focal


def task_json(claimed: ClaimedAlignment) -> dict[str, Any]:
    """Return a task as AlignmentTaskSerializer describes it."""
    task, photo, pointmap = claimed.task, claimed.task.target.photo, claimed.pointmap
    pose, focal = _start(claimed)
    return {
        "id": task.pk,
        "lease_token": str(task.lease_token),
        "lease_expires_at": task.lease_expires_at,
        "server_time": claimed.server_time,
        "target_id": task.target_id,
        "image_url": f"/api/assets/photos/{photo.pk}/image",
        "width": photo.width,
        "height": photo.height,
        "mask_url": task.target.mask_url,
        "mesh_url": f"/api/assets/candidates/{task.candidate_id}/mesh",
        "pose": pose,
        "is_predicted": task.candidate.pose is not None,
        "focal": focal,
        "exif_focal": task.exif_focal,
        "points_url": pointmap and grid_url(pointmap),
        "points_focal": pointmap and pointmap.focal,
        "draft": claimed.draft,
    }
