"""The mask desk: the versions of a mask, a corrected one, a proposed one."""

from base64 import b64encode
from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import person_of, roles
from engine.annotation.serializers.masks import (
    MaskConflictSerializer,
    MaskCorrectionAskSerializer,
    MaskDeskSerializer,
    MaskProposalAskSerializer,
    MaskProposalSerializer,
    MaskVersionSerializer,
)
from engine.annotation.services.mask_corrections import correct_mask, restore_mask, target_to_correct
from engine.candidates.api.uploads import checked, read_upload
from engine.candidates.selectors import target_by_id
from engine.photos.mask_proposals import Box, Hint
from engine.photos.selectors import mask_versions
from engine.photos.services.masks import MaskChanged
from engine.photos.services.proposing_masks import propose_mask_of

CORRECTORS = roles(Role.ANNOTATOR, Role.ML_LEAD, Role.REVIEWER)


def _desk(target_id: int) -> dict[str, Any]:
    target = target_by_id(target_id)
    versions = mask_versions(target)
    return {
        "target_id": target.pk,
        "photo_id": target.photo_id,
        "name": target.name,
        "image_url": reverse("photo-image", args=[target.photo_id]),
        "mask_url": target.mask_url,
        "width": target.photo.width,
        "height": target.photo.height,
        "status": target.status,  # type: ignore[attr-defined]
        "is_flagged": target.is_mask_flagged,
        "candidate_count": target.candidate_count,  # type: ignore[attr-defined]
        "stale_candidate_count": target.stale_candidate_count,  # type: ignore[attr-defined]
        "current_version": target.mask_version,
        "versions": MaskVersionSerializer(versions, many=True, context={"current_version": target.mask_version}).data,
    }


def _conflict(target_id: int, error: MaskChanged) -> Response:
    versions = mask_versions(target_by_id(target_id)).filter(version__in=[error.base_version, error.current_version])
    context = {"current_version": error.current_version}
    faults = [{"field": fault.field, "code": fault.code, "reason": fault.reason} for fault in error.faults]
    answer = {"errors": faults, "versions": MaskVersionSerializer(versions, many=True, context=context).data}
    return Response(answer, status=error.http_status)


class TargetMasksView(APIView):
    """The masks that an object has and had."""

    permission_classes = [CORRECTORS]
    parser_classes = [MultiPartParser]

    @extend_schema(responses=MaskDeskSerializer)
    def get(self, request: Request, target_id: int) -> Response:
        """Answer the photo, the versions, newest first, and how far the candidates are."""
        target_to_correct(target_id=target_id, by=person_of(request))
        return Response(_desk(target_id))

    @extend_schema(
        request=MaskCorrectionAskSerializer, responses={201: MaskDeskSerializer, 409: MaskConflictSerializer}
    )
    def post(self, request: Request, target_id: int) -> Response:
        """Let a drawn mask, or an earlier one, count from now on; candidates of the old one become stale."""
        person = person_of(request)
        target_to_correct(target_id=target_id, by=person)
        ask = checked(MaskCorrectionAskSerializer, request)
        whole: dict[str, Any] = {
            "target_id": target_id,
            "base_version": ask["base_version"],
            "reason": ask["reason"],
            "by": person,
        }
        try:
            if "mask" in ask:
                limit = settings.ENVIRONMENT.max_photo_bytes
                correct_mask(mask_png=read_upload(ask["mask"], field="mask", max_bytes=limit), **whole)
            else:
                restore_mask(version=ask["restore_version"], **whole)
        except MaskChanged as error:
            return _conflict(target_id, error)
        return Response(_desk(target_id), status=201)


class ProposeMaskView(APIView):
    """A mask from a few clicks or a box."""

    permission_classes = [CORRECTORS]

    @extend_schema(request=MaskProposalAskSerializer, responses=MaskProposalSerializer)
    def post(self, request: Request, target_id: int) -> Response:
        """Propose a mask; nothing is written."""
        target_to_correct(target_id=target_id, by=person_of(request))
        ask = checked(MaskProposalAskSerializer, request)
        mask = propose_mask_of(
            target_id=target_id,
            hints=[Hint(**hint) for hint in ask.get("points", [])],
            box=Box(**ask["box"]) if ask.get("box") else None,
        )
        return Response({"mask_png": b64encode(mask.png).decode(), "area_fraction": mask.area_fraction})
