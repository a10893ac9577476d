"""Records, pairs and dataset versions over HTTP."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Person, Role
from engine.accounts.permissions import roles
from engine.core.paging import NewestFirst
from engine.records import selectors, services
from engine.records.models import DatasetVersion, PreferencePair, Record, RecordKind
from engine.records.serializers import (
    DatasetVersionSerializer,
    DerivationSerializer,
    DeriveAskSerializer,
    PreferencePairSerializer,
    RecordSerializer,
)

READERS = roles(Role.ML_LEAD, Role.REVIEWER)


class RecordListView(generics.ListAPIView[Record]):
    """Records, newest first."""

    permission_classes = [READERS]
    serializer_class = RecordSerializer
    pagination_class = NewestFirst
    queryset = Record.objects.none()

    @extend_schema(parameters=[OpenApiParameter("kind", enum=RecordKind.values)])
    def get(self, request: Request) -> Response:
        """List records, of one kind if asked."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[Record]:
        """Return the records of the kind that was asked for."""
        kind = self.request.query_params.get("kind") or None
        if kind is not None and kind not in RecordKind.values:
            raise serializers.ValidationError({"kind": "There is no such kind."}, code="kind_unknown")
        return selectors.records(kind=kind)


class PreferencePairListView(generics.ListAPIView[PreferencePair]):
    """Pairs, newest first."""

    permission_classes = [READERS]
    serializer_class = PreferencePairSerializer
    pagination_class = NewestFirst
    queryset = PreferencePair.objects.none()

    def get_queryset(self) -> QuerySet[PreferencePair]:
        """Return all pairs."""
        return selectors.preference_pairs()


class DeriveView(APIView):
    """Derives records from history."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(request=DeriveAskSerializer, responses=DerivationSerializer)
    def post(self, request: Request) -> Response:
        """Derive all records and pairs anew with this alpha."""
        ask = DeriveAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        person = request.user
        assert isinstance(person, Person)  # the permission class let nobody else in
        derivation = services.derive_records(alpha=ask.validated_data.get("alpha"), by=person)
        return Response(DerivationSerializer(derivation).data)


class DatasetVersionListView(generics.ListAPIView[DatasetVersion]):
    """Versions, newest first."""

    permission_classes = [READERS]
    serializer_class = DatasetVersionSerializer
    pagination_class = NewestFirst
    queryset = DatasetVersion.objects.none()

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        """Return all versions."""
        return selectors.dataset_versions()


class DatasetVersionView(APIView):
    """One version."""

    permission_classes = [READERS]

    @extend_schema(responses=DatasetVersionSerializer)
    def get(self, request: Request, sha256: str) -> Response:
        """Return a version by its digest."""
        return Response(DatasetVersionSerializer(selectors.version_by_digest(sha256)).data)
