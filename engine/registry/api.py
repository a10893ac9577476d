"""Checkpoints, deployments, rollback and the model server's state, for ML leads."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import person_of, roles
from engine.core.paging import NewestFirst
from engine.registry import selectors, services
from engine.registry.models import Checkpoint, Deployment
from engine.registry.serializers import (
    CheckpointSerializer,
    DeploymentSerializer,
    ModelServerSerializer,
    RollbackSerializer,
)


class CheckpointListView(generics.ListAPIView[Checkpoint]):
    """All checkpoints, newest first."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]
    serializer_class = CheckpointSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Checkpoint]:
        """Every checkpoint."""
        return selectors.checkpoints()


class CheckpointView(APIView):
    """One checkpoint."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]

    @extend_schema(responses=CheckpointSerializer)
    def get(self, request: Request, checkpoint_sha256: str) -> Response:
        """Answer the checkpoint of this digest."""
        return Response(CheckpointSerializer(selectors.checkpoint_by_digest(checkpoint_sha256)).data)


class DeploymentListView(generics.ListAPIView[Deployment]):
    """What was live, newest first; the first line is live."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]
    serializer_class = DeploymentSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Deployment]:
        """The whole history."""
        return selectors.deployments()


class RollbackView(APIView):
    """Takes the live checkpoint off."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(request=RollbackSerializer, responses={201: DeploymentSerializer})
    def post(self, request: Request) -> Response:
        """Make the checkpoint before this one live again."""
        asked = RollbackSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        deployment = services.rollback_deployment(reason=asked.validated_data["reason"], by=person_of(request))
        return Response(DeploymentSerializer(deployment).data, status=201)


class ModelServerView(APIView):
    """The model server as it is now."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(responses=ModelServerSerializer)
    def get(self, request: Request) -> Response:
        """Answer its status, what it holds, and why that is not the live checkpoint, if so."""
        return Response(ModelServerSerializer(selectors.model_server_state()).data)
