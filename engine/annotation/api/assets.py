"""Candidates whose files cannot be had: reported by annotators, seen to by leads and reviewers."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import person_of, roles
from engine.annotation.api.tasks import AnnotatorView
from engine.annotation.models import AssetProblem, AssetProblemKind
from engine.annotation.serializers.assets import (
    AssetProblemAskSerializer,
    AssetProblemSerializer,
    ReportedSerializer,
)
from engine.annotation.services.asset_problems import report_asset_problem, resolve_asset_problem
from engine.core.errors import InvalidInput
from engine.core.paging import NewestFirst

STATES = ("open", "resolved")


class ReportAssetProblemView(AnnotatorView):
    """Says that a candidate cannot be seen."""

    @extend_schema(request=AssetProblemAskSerializer, responses={201: ReportedSerializer, 200: ReportedSerializer})
    def post(self, request: Request, assignment_id: int) -> Response:
        """Keep the report: 201, or 200 if this person has told it already. The task goes on."""
        ask = AssetProblemAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        problem, is_new = report_asset_problem(
            annotator=person_of(request), assignment_id=assignment_id, lease_token=ask.validated_data["lease_token"],
            candidate_id=ask.validated_data["candidate_id"], kind=AssetProblemKind(ask.validated_data["kind"]),
        )  # fmt: skip
        return Response({"id": problem.pk}, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


class AssetProblemListView(generics.ListAPIView[AssetProblem]):
    """Candidates that people could not see, newest first."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]
    serializer_class = AssetProblemSerializer
    pagination_class = NewestFirst
    queryset = AssetProblem.objects.none()

    @extend_schema(parameters=[OpenApiParameter("state", enum=STATES)])
    def get(self, request: Request) -> Response:
        """List reports, open or resolved ones if asked."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[AssetProblem]:
        """Return the reports of the state that was asked for."""
        state = self.request.query_params.get("state") or None
        if state is not None and state not in STATES:
            raise InvalidInput("There is no such state.", code="invalid_choice", field="state")
        rows = AssetProblem.objects.select_related("candidate__target", "annotator")
        return rows if state is None else rows.filter(resolved_at__isnull=state == "open")


class ResolveAssetProblemView(APIView):
    """One report."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]

    @extend_schema(request=None, responses=AssetProblemSerializer)
    def post(self, request: Request, problem_id: int) -> Response:
        """Close all open reports of the candidate; who meets it broken again reports it anew."""
        return Response(AssetProblemSerializer(resolve_asset_problem(problem_id=problem_id)).data)
