"""What became of each object: its requests, its candidates, and another try."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import roles
from engine.candidates import selectors
from engine.candidates.models import GenerationRequest, GenerationState
from engine.candidates.selectors import TargetStatus
from engine.candidates.serializers import (
    GenerationRequestSerializer,
    TargetDetailSerializer,
    TargetObjectSerializer,
)
from engine.candidates.services.requests import propose_again, retry_generation_request
from engine.core.errors import InvalidInput
from engine.core.paging import NewestFirst
from engine.photos.models import TargetObject


def _choice(request: Request, name: str, known: list[str]) -> str | None:
    value = request.query_params.get(name)
    if value and value not in known:
        raise InvalidInput(f"{name} is one of {', '.join(known)}.", code="invalid_choice", field=name)
    return value or None


@extend_schema(parameters=[OpenApiParameter("status", enum=TargetStatus.values)])
class TargetListView(generics.ListAPIView[TargetObject]):
    """All objects, newest first, of one status if it is named."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]
    serializer_class = TargetObjectSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[TargetObject]:
        """The objects asked for."""
        return selectors.targets(status=_choice(self.request, "status", TargetStatus.values))


class TargetView(APIView):
    """One object."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]

    @extend_schema(responses=TargetDetailSerializer)
    def get(self, request: Request, target_id: int) -> Response:
        """Answer the object with its candidates and who made them."""
        return Response(TargetDetailSerializer(selectors.target_by_id(target_id)).data)


class TargetProposeView(APIView):
    """Another try for one object."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(request=None, responses=TargetObjectSerializer)
    def post(self, request: Request, target_id: int) -> Response:
        """Retry what failed; when all is done, ask for a further batch with new seeds."""
        propose_again(target=selectors.target_by_id(target_id))
        return Response(TargetObjectSerializer(selectors.target_by_id(target_id)).data)


@extend_schema(parameters=[OpenApiParameter("state", enum=GenerationState.values)])
class GenerationRequestListView(generics.ListAPIView[GenerationRequest]):
    """All requests, newest first, of one state if it is named."""

    permission_classes = [roles(Role.ML_LEAD)]
    serializer_class = GenerationRequestSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[GenerationRequest]:
        """The requests asked for."""
        return selectors.generation_requests(state=_choice(self.request, "state", GenerationState.values))


class GenerationRequestRetryView(APIView):
    """Another try for one request."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(request=None, responses=GenerationRequestSerializer)
    def post(self, request: Request, request_id: int) -> Response:
        """Let a failed request wait for a worker again."""
        row = retry_generation_request(request=selectors.request_by_id(request_id))
        return Response(GenerationRequestSerializer(row).data)
