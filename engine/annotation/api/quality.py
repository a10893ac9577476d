"""People's work: figures, agreement, flags. For those who lead and review."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Person, Role
from engine.accounts.permissions import person_of, roles
from engine.annotation.api.choices import number_asked
from engine.annotation.models import QualityFlag, QualityFlagState
from engine.annotation.selectors import people as selectors
from engine.annotation.selectors.agreement import agreement_report, pairs_of_people
from engine.annotation.serializers.quality import (
    AgreementSerializer,
    AnnotatorDetailSerializer,
    AnnotatorSerializer,
    FoundSerializer,
    QualityFlagDecisionSerializer,
    QualityFlagSerializer,
    WeekSerializer,
    WithAnotherSerializer,
)
from engine.annotation.services.quality import decide_quality_flag, find_quality_flags
from engine.core.errors import InvalidInput
from engine.core.paging import NewestFirst

LEADERS = roles(Role.ML_LEAD, Role.REVIEWER)


class FewPeople(NewestFirst):
    """Few at a time: each person's answers are looked through."""

    page_size = 25
    max_page_size = 50


class AnnotatorListView(generics.GenericAPIView[Any]):
    """Everybody who annotates, newest first."""

    permission_classes = [LEADERS]
    pagination_class = FewPeople
    serializer_class = AnnotatorSerializer
    queryset = Person.objects.none()

    @extend_schema(responses=AnnotatorSerializer(many=True), filters=True)
    def get(self, request: Request) -> Response:
        """List people with the figures of their work."""
        page: Any = self.paginate_queryset(selectors.annotators())
        return self.get_paginated_response(AnnotatorSerializer(selectors.figures_of(page), many=True).data)


class AnnotatorView(APIView):
    """One person's work."""

    permission_classes = [LEADERS]

    @extend_schema(responses=AnnotatorDetailSerializer)
    def get(self, request: Request, person_id: int) -> Response:
        """Return a person's figures, by week, and agreement with each other person."""
        person = selectors.annotator_by_id(person_id)
        (figures,) = selectors.figures_of([person])
        opinions = selectors.opinions_about(selectors.recent_targets(person.pk))
        others = [
            {
                "person_id": there.pk, "username": there.username, "is_simulated": there.is_simulated,
                "agreement": row.agreement,
            }
            for row in pairs_of_people(opinions)
            if person.pk in {row.one.pk, row.other.pk}
            for there in [row.other if row.one.pk == person.pk else row.one]
        ]  # fmt: skip
        weeks = WeekSerializer(selectors.weeks_of(person.pk), many=True).data
        body = {**AnnotatorSerializer(figures).data, "weeks": weeks}
        return Response(body | {"with_others": WithAnotherSerializer(others, many=True).data})


class AgreementView(APIView):
    """How far people agree."""

    permission_classes = [LEADERS]

    @extend_schema(parameters=[OpenApiParameter("campaign_id", int)], responses=AgreementSerializer)
    def get(self, request: Request) -> Response:
        """Return agreement overall and between every two people, with intervals."""
        report = agreement_report(campaign_id=number_asked(request, "campaign_id"))
        return Response(AgreementSerializer(report).data)


class QualityFlagListView(generics.ListAPIView[QualityFlag]):
    """Doubts about people's work, newest first."""

    permission_classes = [LEADERS]
    serializer_class = QualityFlagSerializer
    pagination_class = NewestFirst
    queryset = QualityFlag.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("state", enum=QualityFlagState.values), OpenApiParameter("person_id", int)]
    )
    def get(self, request: Request) -> Response:
        """List flags, of one state or one person if asked."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[QualityFlag]:
        """Return the flags that were asked for."""
        state = self.request.query_params.get("state") or None
        if state is not None and state not in QualityFlagState.values:
            raise InvalidInput("There is no such state.", code="invalid_choice", field="state")
        person_id = number_asked(self.request, "person_id")
        rows = QualityFlag.objects.select_related("person", "decided_by")
        rows = rows if state is None else rows.filter(state=state)
        return rows if person_id is None else rows.filter(person=person_id)


class FindQualityFlagsView(APIView):
    """Looks at everybody's work now."""

    permission_classes = [LEADERS]

    @extend_schema(request=None, responses=FoundSerializer)
    def post(self, request: Request) -> Response:
        """Raise and withdraw flags; the schedule does the same by itself."""
        return Response({"changed": find_quality_flags()})


class QualityFlagView(APIView):
    """One doubt about one person's work."""

    permission_classes = [LEADERS]

    @extend_schema(request=QualityFlagDecisionSerializer, responses=QualityFlagSerializer)
    def patch(self, request: Request, flag_id: int) -> Response:
        """Confirm it, dismiss it, or open it again."""
        ask = QualityFlagDecisionSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        flag = decide_quality_flag(
            flag_id=flag_id, state=QualityFlagState(ask.validated_data["state"]), note=ask.validated_data.get("note"),
            by=person_of(request),
        )  # fmt: skip
        return Response(QualityFlagSerializer(flag).data)
