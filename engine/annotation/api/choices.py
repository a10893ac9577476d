"""Choices after they were made: one's own history, corrections, disagreements and a reviewer's word."""

from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import person_of, roles
from engine.annotation.models import Choice
from engine.annotation.selectors import choices as selectors
from engine.annotation.serializers.choices import (
    AdjudicateAskSerializer,
    ChoiceDetailSerializer,
    DisagreementSerializer,
    OwnChoiceSerializer,
    ReviseAskSerializer,
    RevisedSerializer,
    disagreement_json,
)
from engine.annotation.services.revising import adjudicate, revise_choice
from engine.annotation.services.submitting import SubmittedChoice
from engine.core.errors import InvalidInput
from engine.core.paging import NewestFirst


class NewestAnswersFirst(NewestFirst):
    """By time, for which a person's answers have an index."""

    ordering = ("-created_at", "-id")  # type: ignore[assignment]  # the pages take several fields too


class NewestTargetsFirst(NewestFirst):
    """By target, with few at a time: each brings all that was said about it."""

    ordering = "-target"
    page_size = 20
    max_page_size = 50


@extend_schema(parameters=[OpenApiParameter("mine", bool, description="Always one's own, whatever it says")])
class OwnChoiceListView(generics.ListAPIView[Choice]):
    """One's own answers, newest first."""

    permission_classes = [roles(Role.ANNOTATOR)]
    serializer_class = OwnChoiceSerializer
    pagination_class = NewestAnswersFirst
    queryset = Choice.objects.none()

    def get_queryset(self) -> QuerySet[Choice]:
        """Return the person's answers as they stand."""
        return selectors.own_choices(annotator_id=person_of(self.request).pk)


class ChoiceView(APIView):
    """One answer."""

    permission_classes = [roles(Role.ANNOTATOR, Role.REVIEWER)]

    @extend_schema(responses=ChoiceDetailSerializer)
    def get(self, request: Request, choice_id: int) -> Response:
        """Return an answer with all that is needed to correct it: one's own, or any for a reviewer."""
        return Response(ChoiceDetailSerializer(selectors.choice_for(person_of(request), choice_id=choice_id)).data)


def _stored(stored: SubmittedChoice) -> Response:
    body = {"choice_id": stored.choice_id, "revision": stored.choice.revision}
    return Response(body, status=status.HTTP_201_CREATED if stored.is_new else status.HTTP_200_OK)


class ReviseView(APIView):
    """Corrects an answer."""

    permission_classes = [roles(Role.ANNOTATOR, Role.REVIEWER)]

    @extend_schema(request=ReviseAskSerializer, responses={201: RevisedSerializer, 200: RevisedSerializer})
    def post(self, request: Request, choice_id: int) -> Response:
        """Store a new revision of one's own answer; a reviewer's correction of another's settles the object."""
        ask = ReviseAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        return _stored(
            revise_choice(
                person=person_of(request), choice_id=choice_id, reason=ask.validated_data["reason"],
                idempotency_key=ask.validated_data["idempotency_key"], submission=ask.submission(),
            )
        )  # fmt: skip


class AdjudicateView(APIView):
    """Settles what people disagree about."""

    permission_classes = [roles(Role.REVIEWER)]

    @extend_schema(request=AdjudicateAskSerializer, responses={201: RevisedSerializer, 200: RevisedSerializer})
    def post(self, request: Request, target_id: int) -> Response:
        """Store the reviewer's word: from now on it alone counts for the object."""
        ask = AdjudicateAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        return _stored(
            adjudicate(
                reviewer=person_of(request), target_id=target_id, reason=ask.validated_data["reason"],
                idempotency_key=ask.validated_data.get("idempotency_key") or uuid4(), submission=ask.submission(),
            )
        )  # fmt: skip


class DisagreementListView(generics.GenericAPIView[Choice]):
    """Objects about which people disagree, newest first."""

    permission_classes = [roles(Role.REVIEWER)]
    pagination_class = NewestTargetsFirst
    serializer_class = DisagreementSerializer
    queryset = Choice.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("campaign_id", int)], responses=DisagreementSerializer(many=True), filters=True
    )
    def get(self, request: Request) -> Response:
        """List them with everybody's choice side by side."""
        rows: Any = selectors.disputed_targets(campaign_id=number_asked(request, "campaign_id"))
        page: Any = self.paginate_queryset(rows)
        words = selectors.words_on([row["target"] for row in page])
        return self.get_paginated_response([disagreement_json(words[row["target"]]) for row in page])


def number_asked(request: Request, name: str) -> int | None:
    """Return a number from the query, None without it. Raises InvalidInput."""
    asked = request.query_params.get(name) or None
    if asked is None:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        raise InvalidInput(f"{name} is a number.", code="invalid", field=name)
    return int(asked)
