"""Endpoints of placing: next, heartbeat, draft, release, snap, submit."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from engine.accounts.permissions import person_of
from engine.annotation.alignment.answers import snap_alignment, submit_alignment
from engine.annotation.alignment.serializers import (
    AlignmentDraftSerializer,
    NextAlignmentSerializer,
    SnapAnswerSerializer,
    SnapAskSerializer,
    SubmitAlignmentSerializer,
    SubmittedAlignmentSerializer,
    task_json,
)
from engine.annotation.alignment.tasks import (
    claim_alignment,
    is_paused,
    release_alignment,
    renew_alignment_lease,
    save_alignment_draft,
)
from engine.annotation.api.tasks import AnnotatorView
from engine.annotation.serializers.tasks import DraftAnswerSerializer, LeaseAskSerializer, LeaseSerializer

_PAUSED = "You have paused. Resume on the annotate page, and tasks come again."
_EMPTY = "Every shape that was chosen has been placed. New ones come as people choose them."


class NextAlignmentView(AnnotatorView):
    """The next shape to place."""

    @extend_schema(request=None, responses=NextAlignmentSerializer)
    def post(self, request: Request) -> Response:
        """Claim the next task, or say why there is none. Asked again, it gives the same task back."""
        annotator_id = person_of(request).pk
        claimed = claim_alignment(annotator_id=annotator_id)
        if claimed is None:
            message = _PAUSED if is_paused(annotator_id=annotator_id) else _EMPTY
            return Response({"task": None, "empty_message": message})
        return Response({"task": task_json(claimed), "empty_message": ""})


class AlignmentHeartbeatView(AnnotatorView):
    """Keeps a lease."""

    @extend_schema(request=LeaseAskSerializer, responses=LeaseSerializer)
    def post(self, request: Request, task_id: int) -> Response:
        """Prolong the lease."""
        ask = LeaseAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        lease = renew_alignment_lease(annotator_id=person_of(request).pk, task_id=task_id, **ask.validated_data)
        return Response(asdict(lease))


class AlignmentDraftView(AnnotatorView):
    """Keeps unfinished work."""

    @extend_schema(request=AlignmentDraftSerializer, responses=DraftAnswerSerializer)
    def put(self, request: Request, task_id: int) -> Response:
        """Store the draft; it comes back with the task, even after the lease ran out."""
        ask = AlignmentDraftSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        saved_at = save_alignment_draft(
            annotator_id=person_of(request).pk, task_id=task_id, lease_token=ask.validated_data["lease_token"],
            body=ask.validated_data["draft"],
        )  # fmt: skip
        return Response({"saved_at": saved_at})


class AlignmentReleaseView(AnnotatorView):
    """Gives a task back."""

    @extend_schema(request=LeaseAskSerializer, responses={204: None})
    def post(self, request: Request, task_id: int) -> Response:
        """Give the task back; it goes behind the others."""
        ask = LeaseAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        release_alignment(annotator_id=person_of(request).pk, task_id=task_id, **ask.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AlignmentSnapView(AnnotatorView):
    """Fits a pose."""

    @extend_schema(request=SnapAskSerializer, responses=SnapAnswerSerializer)
    def post(self, request: Request, task_id: int) -> Response:
        """Fit the pose to the mask; nothing is stored. 503 while the model server is down."""
        ask = SnapAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        answer = snap_alignment(annotator=person_of(request), task_id=task_id, **ask.validated_data)
        return Response(answer.model_dump(mode="json", exclude={"seconds"}))


class AlignmentSubmitView(AnnotatorView):
    """Takes a pose."""

    @extend_schema(
        request=SubmitAlignmentSerializer,
        responses={201: SubmittedAlignmentSerializer, 200: SubmittedAlignmentSerializer},
    )
    def post(self, request: Request, task_id: int) -> Response:
        """Store the pose: 201 once it is durable, 200 if it had been stored by an earlier sending."""
        ask = SubmitAlignmentSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        stored = submit_alignment(
            annotator=person_of(request), task_id=task_id, lease_token=ask.validated_data["lease_token"],
            idempotency_key=ask.validated_data["idempotency_key"], sent=ask.sent(),
        )  # fmt: skip
        alignment = stored.alignment
        body = {
            "alignment_id": alignment.pk,
            "server_iou": alignment.server_iou,
            "standard_iou": alignment.standard_iou,
            "server_residual": alignment.server_residual,
        }
        return Response(body, status=status.HTTP_201_CREATED if stored.is_new else status.HTTP_200_OK)
