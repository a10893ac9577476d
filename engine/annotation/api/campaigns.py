"""Campaigns, gold pairs and mask flags: what leads and reviewers set up and decide."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import person_of, roles
from engine.annotation import selectors, services
from engine.annotation.models import Campaign, GoldPair, MaskFlag, MaskFlagState
from engine.annotation.serializers.campaigns import (
    CampaignAskSerializer,
    CampaignSerializer,
    GoldPairAskSerializer,
    GoldPairChangeSerializer,
    GoldPairSerializer,
    MaskFlagDecisionSerializer,
    MaskFlagSerializer,
    MovedSerializer,
    MoveTargetsAskSerializer,
)
from engine.annotation.services.campaigns import count_slots
from engine.core.errors import InvalidInput
from engine.core.paging import NewestFirst


def _campaign_json(campaign: Campaign) -> Any:
    return CampaignSerializer(campaign, context={"counts": count_slots([campaign.pk])}).data


class CampaignListView(generics.ListAPIView[Campaign]):
    """All campaigns, newest first."""

    permission_classes = [roles(Role.ML_LEAD)]
    serializer_class = CampaignSerializer
    pagination_class = NewestFirst
    queryset = Campaign.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Count the slots of the whole page at once."""
        page = self.paginate_queryset(selectors.campaigns())
        assert page is not None  # the view has a paginator
        counts = count_slots([campaign.pk for campaign in page])
        return self.get_paginated_response(CampaignSerializer(page, many=True, context={"counts": counts}).data)

    @extend_schema(request=CampaignAskSerializer, responses={201: CampaignSerializer})
    def post(self, request: Request) -> Response:
        """Create a campaign."""
        ask = CampaignAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        campaign = services.create_campaign(ask.validated_data)
        return Response(_campaign_json(campaign), status=status.HTTP_201_CREATED)


class CampaignView(APIView):
    """One campaign."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(responses=CampaignSerializer)
    def get(self, request: Request, campaign_id: int) -> Response:
        """Return a campaign."""
        return Response(_campaign_json(selectors.campaign_by_id(campaign_id)))

    @extend_schema(request=CampaignAskSerializer, responses=CampaignSerializer)
    def patch(self, request: Request, campaign_id: int) -> Response:
        """Change rules; the slots follow."""
        ask = CampaignAskSerializer(data=request.data, partial=True)
        ask.is_valid(raise_exception=True)
        campaign = services.change_campaign(campaign_id=campaign_id, changes=ask.validated_data)
        return Response(_campaign_json(campaign))


class CampaignTargetsView(APIView):
    """The objects of a campaign."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(request=MoveTargetsAskSerializer, responses=MovedSerializer)
    def post(self, request: Request, campaign_id: int) -> Response:
        """Move objects into the campaign, out of whichever they were in."""
        ask = MoveTargetsAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        moved = services.move_targets(campaign_id=campaign_id, target_ids=ask.validated_data["target_ids"])
        return Response({"moved": moved})


class GoldPairListView(generics.ListAPIView[GoldPair]):
    """Pairs whose better one is known, newest first."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]
    serializer_class = GoldPairSerializer
    pagination_class = NewestFirst
    queryset = GoldPair.objects.all()

    @extend_schema(request=GoldPairAskSerializer, responses={201: GoldPairSerializer})
    def post(self, request: Request) -> Response:
        """Add a pair."""
        ask = GoldPairAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        pair = services.create_gold_pair(**ask.validated_data, by=person_of(request))
        return Response(GoldPairSerializer(pair).data, status=status.HTTP_201_CREATED)


class GoldPairView(APIView):
    """One pair."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]

    @extend_schema(request=GoldPairChangeSerializer, responses=GoldPairSerializer)
    def patch(self, request: Request, gold_pair_id: int) -> Response:
        """Take the pair out of use, put it back, or change its note."""
        ask = GoldPairChangeSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        pair = services.change_gold_pair(gold_pair_id=gold_pair_id, **ask.validated_data)
        return Response(GoldPairSerializer(pair).data)


class MaskFlagListView(generics.ListAPIView[MaskFlag]):
    """Doubts about masks, newest first."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]
    serializer_class = MaskFlagSerializer
    pagination_class = NewestFirst
    queryset = MaskFlag.objects.none()

    @extend_schema(parameters=[OpenApiParameter("state", enum=MaskFlagState.values)])
    def get(self, request: Request) -> Response:
        """List flags, of one state if asked."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[MaskFlag]:
        """Return the flags of the state that was asked for."""
        state = self.request.query_params.get("state") or None
        if state is not None and state not in MaskFlagState.values:
            raise InvalidInput("There is no such state.", code="invalid_choice", field="state")
        rows = MaskFlag.objects.select_related("target", "person", "decided_by")
        return rows if state is None else rows.filter(state=state)


class MaskFlagView(APIView):
    """One doubt about a mask."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]

    @extend_schema(request=MaskFlagDecisionSerializer, responses=MaskFlagSerializer)
    def patch(self, request: Request, flag_id: int) -> Response:
        """Decide about the mask; the object goes on."""
        ask = MaskFlagDecisionSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        flag = services.decide_mask_flag(
            flag_id=flag_id, state=MaskFlagState(ask.validated_data["state"]), by=person_of(request)
        )
        return Response(MaskFlagSerializer(flag).data)
