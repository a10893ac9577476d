"""Rounds and lineages over HTTP."""

import uuid

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Person, Role
from engine.accounts.permissions import roles
from engine.core.paging import NewestFirst
from engine.rounds.lineage import find_lineage
from engine.rounds.selectors import get_round, list_rounds
from engine.rounds.serializers import (
    LineageSerializer,
    RoundSerializer,
    RoundSummarySerializer,
    StartRoundSerializer,
)
from engine.rounds.services import cancel_round, retry_round, start_round


class RoundListView(APIView):
    """All rounds; a new one."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(
        operation_id="rounds_list",
        parameters=[OpenApiParameter("after", str), OpenApiParameter("limit", int)],
        responses=RoundSummarySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List rounds, newest first."""
        paginator = NewestFirst()
        page = paginator.paginate_queryset(list_rounds(), request, view=self)
        return paginator.get_paginated_response(RoundSummarySerializer(page, many=True).data)

    @extend_schema(operation_id="rounds_start", request=StartRoundSerializer, responses={201: RoundSerializer})
    def post(self, request: Request) -> Response:
        """Start a round from the live checkpoint; 400 ``no_records`` when there is nothing to train on."""
        body = StartRoundSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        assert isinstance(request.user, Person)
        round_ = start_round(started_by=request.user, **body.validated_data)
        return Response(RoundSerializer(get_round(round_id=round_.pk)).data, status=201)


class RoundView(APIView):
    """One round, with live progress."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(operation_id="rounds_read", responses=RoundSerializer)
    def get(self, request: Request, round_id: int) -> Response:
        """Read a round."""
        return Response(RoundSerializer(get_round(round_id=round_id)).data)


class CancelRoundView(APIView):
    """Stop a round."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(operation_id="rounds_cancel", request=None, responses=RoundSerializer)
    def post(self, request: Request, round_id: int) -> Response:
        """Cancel at once when it waits; an active one ends when its trainer has saved its state."""
        get_round(round_id=round_id)
        cancel_round(round_id=round_id)
        return Response(RoundSerializer(get_round(round_id=round_id)).data)


class RetryRoundView(APIView):
    """Take a failed round up again."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(operation_id="rounds_retry", request=None, responses=RoundSerializer)
    def post(self, request: Request, round_id: int) -> Response:
        """Queue a failed or cancelled round again; it goes on from where it was."""
        get_round(round_id=round_id)
        retry_round(round_id=round_id)
        return Response(RoundSerializer(get_round(round_id=round_id)).data)


class CandidateLineageView(APIView):
    """Where a candidate comes from."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]

    @extend_schema(operation_id="candidates_lineage", responses=LineageSerializer)
    def get(self, request: Request, candidate_id: uuid.UUID) -> Response:
        """Read a candidate's lineage: checkpoint, dataset versions, whose choices."""
        return Response(LineageSerializer(find_lineage(candidate_id=candidate_id)).data)
