"""The annotator's endpoints: next, heartbeat, draft, release, skip, flag the mask, submit, progress, pause."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import person_of, roles
from engine.annotation import selectors, services
from engine.annotation.models import SkipReason
from engine.annotation.serializers.tasks import (
    DraftAnswerSerializer,
    DraftAskSerializer,
    FeedbackSerializer,
    FlagMaskAskSerializer,
    LeaseAskSerializer,
    LeaseSerializer,
    NextAnswerSerializer,
    NextAskSerializer,
    ProgressSerializer,
    SkipAskSerializer,
    SubmitAnswerSerializer,
    SubmitAskSerializer,
    assignment_json,
)


class AnnotatorView(APIView):
    """Open to annotators; speaks JSON only."""

    permission_classes = [roles(Role.ANNOTATOR)]
    parser_classes = [JSONParser]


class NextAssignmentView(AnnotatorView):
    """The next task."""

    @extend_schema(request=NextAskSerializer, responses=NextAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Claim the next task, or say why there is none. Asked again, it gives the same task back."""
        ask = NextAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        annotator = person_of(request)
        campaign_id = ask.validated_data["campaign_id"]
        claimed = services.claim_assignment(
            annotator_id=annotator.pk, exclude=ask.validated_data["exclude"], campaign_id=campaign_id
        )
        if claimed is not None:
            return Response({"assignment": assignment_json(claimed), "empty_reason": None, "empty_message": ""})
        reason = selectors.empty_reason(annotator_id=annotator.pk, skills=annotator.skills, campaign_id=campaign_id)
        message = "You hold as many objects as one may." if reason is None else str(reason.label)
        return Response({"assignment": None, "empty_reason": reason, "empty_message": message})


class HeartbeatView(AnnotatorView):
    """Keeps a lease."""

    @extend_schema(request=LeaseAskSerializer, responses=LeaseSerializer)
    def post(self, request: Request, assignment_id: int) -> Response:
        """Prolong the lease."""
        ask = LeaseAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        lease = services.renew_lease(
            annotator_id=person_of(request).pk, assignment_id=assignment_id, **ask.validated_data
        )
        return Response(asdict(lease))


class DraftView(AnnotatorView):
    """Keeps unfinished work."""

    @extend_schema(request=DraftAskSerializer, responses=DraftAnswerSerializer)
    def put(self, request: Request, assignment_id: int) -> Response:
        """Store the draft; it comes back with the task, even after the lease ran out."""
        ask = DraftAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        saved_at = services.save_draft(
            annotator_id=person_of(request).pk, assignment_id=assignment_id,
            lease_token=ask.validated_data["lease_token"], body=ask.validated_data["draft"],
        )  # fmt: skip
        return Response({"saved_at": saved_at})


class ReleaseView(AnnotatorView):
    """Gives a task back."""

    @extend_schema(request=LeaseAskSerializer, responses={204: None})
    def post(self, request: Request, assignment_id: int) -> Response:
        """Give the task back; it goes behind the others."""
        ask = LeaseAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        services.release_assignment(
            annotator_id=person_of(request).pk, assignment_id=assignment_id, **ask.validated_data
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class SubmitView(AnnotatorView):
    """Takes an answer."""

    @extend_schema(request=SubmitAskSerializer, responses={201: SubmitAnswerSerializer, 200: SubmitAnswerSerializer})
    def post(self, request: Request, assignment_id: int) -> Response:
        """Store the answer: 201 once it is durable, 200 if it had been stored by an earlier sending."""
        ask = SubmitAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        stored = services.submit_choice(
            annotator=person_of(request), assignment_id=assignment_id,
            lease_token=ask.validated_data["lease_token"], idempotency_key=ask.validated_data["idempotency_key"],
            submission=ask.submission(),
        )  # fmt: skip
        code = status.HTTP_201_CREATED if stored.is_new else status.HTTP_200_OK
        feedback = None if stored.feedback is None else FeedbackSerializer(stored.feedback).data
        return Response({"choice_id": stored.choice_id, "next": None, "feedback": feedback}, status=code)


class SkipView(AnnotatorView):
    """Passes a task on to other people."""

    @extend_schema(request=SkipAskSerializer, responses={204: None})
    def post(self, request: Request, assignment_id: int) -> Response:
        """Pass the task on; the person never gets this object again."""
        ask = SkipAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        services.skip_assignment(
            annotator_id=person_of(request).pk, assignment_id=assignment_id,
            lease_token=ask.validated_data["lease_token"], reason=SkipReason(ask.validated_data["reason"]),
            comment=ask.validated_data["comment"],
        )  # fmt: skip
        return Response(status=status.HTTP_204_NO_CONTENT)


class FlagMaskView(AnnotatorView):
    """Says that the mask marks something else."""

    @extend_schema(request=FlagMaskAskSerializer, responses={204: None})
    def post(self, request: Request, assignment_id: int) -> Response:
        """Flag the mask: the object waits for a look, and the person has skipped it."""
        ask = FlagMaskAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        services.flag_mask(annotator=person_of(request), assignment_id=assignment_id, **ask.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProgressView(AnnotatorView):
    """One's own count."""

    @extend_schema(responses=ProgressSerializer)
    def get(self, request: Request) -> Response:
        """Return how much the person has answered, and how far her campaigns are."""
        person = person_of(request)
        return Response(asdict(selectors.progress_of(annotator_id=person.pk, skills=person.skills)))


class PauseView(AnnotatorView):
    """Lets one rest."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Give back what the person holds, keep her drafts, and hand out nothing until she resumes."""
        services.pause_annotator(annotator=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResumeView(AnnotatorView):
    """Ends one's pause."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Hand out tasks again."""
        services.resume_annotator(annotator=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
