"""How photos come in: one by one, as a folder, with COCO or SA-1B annotations."""

from collections import defaultdict

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import person_of, roles
from engine.candidates.api.uploads import MAX_ANNOTATIONS_BYTES, checked, read_upload, reader_by_name
from engine.candidates.selectors import target_by_id, targets
from engine.candidates.serializers import (
    CocoUploadSerializer,
    FolderUploadSerializer,
    ImportReportSerializer,
    MaskUploadSerializer,
    PhotoSerializer,
    PhotoUploadSerializer,
    TargetObjectSerializer,
)
from engine.candidates.services import intake
from engine.core.paging import NewestFirst
from engine.photos.models import TargetObject
from engine.photos.selectors import photo_by_id, photos


class PhotoListView(APIView):
    """All photos, newest first; and the way in for one."""

    permission_classes = [roles(Role.ML_LEAD)]
    parser_classes = [MultiPartParser]
    pagination_class = NewestFirst

    @extend_schema(responses=PhotoSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Answer a page of photos with their objects."""
        pages = NewestFirst()
        page = pages.paginate_queryset(photos(), request, view=self) or []
        by_photo: dict[int, list[TargetObject]] = defaultdict(list)
        for target in targets().filter(photo__in=page).order_by("id"):
            by_photo[target.photo_id].append(target)
        rows = PhotoSerializer(page, many=True, context={"targets_by_photo": by_photo}).data
        return pages.get_paginated_response(rows)

    @extend_schema(request=PhotoUploadSerializer, responses={201: PhotoSerializer, 200: PhotoSerializer})
    def post(self, request: Request) -> Response:
        """Take a photo, with a mask if one comes along; the same bytes again answer 200 and the photo there is."""
        form = checked(PhotoUploadSerializer, request)
        limit = settings.ENVIRONMENT.max_photo_bytes
        mask = form.get("mask")
        taken = intake.take_photo(
            content=read_upload(form["photo"], field="photo", max_bytes=limit),
            name=form.get("name") or form["photo"].name,
            mask_png=None if mask is None else read_upload(mask, field="mask", max_bytes=limit),
            by=person_of(request),
        )
        return Response(PhotoSerializer(taken.photo).data, status=201 if taken.is_new else 200)


class PhotoView(APIView):
    """One photo."""

    permission_classes = [roles(Role.ML_LEAD, Role.REVIEWER)]

    @extend_schema(responses=PhotoSerializer)
    def get(self, request: Request, photo_id: int) -> Response:
        """Answer the photo with its objects."""
        return Response(PhotoSerializer(photo_by_id(photo_id)).data)


class PhotoTargetsView(APIView):
    """The way in for one more object of a photo."""

    permission_classes = [roles(Role.ML_LEAD)]
    parser_classes = [MultiPartParser]

    @extend_schema(request=MaskUploadSerializer, responses={201: TargetObjectSerializer, 200: TargetObjectSerializer})
    def post(self, request: Request, photo_id: int) -> Response:
        """Take a mask; the same mask again answers 200 and the object there is."""
        form = checked(MaskUploadSerializer, request)
        target, is_new = intake.take_mask(
            photo=photo_by_id(photo_id),
            mask_png=read_upload(form["mask"], field="mask", max_bytes=settings.ENVIRONMENT.max_photo_bytes),
            name=form["name"],
        )
        return Response(TargetObjectSerializer(target_by_id(target.pk)).data, status=201 if is_new else 200)


class FolderImportView(APIView):
    """The way in for a folder."""

    permission_classes = [roles(Role.ML_LEAD)]
    parser_classes = [MultiPartParser]

    @extend_schema(request=FolderUploadSerializer, responses=ImportReportSerializer)
    def post(self, request: Request) -> Response:
        """Take photos and masks paired by name; what cannot be taken is reported with its reason."""
        form = checked(FolderUploadSerializer, request)
        files = reader_by_name(form["files"], max_bytes=settings.ENVIRONMENT.max_photo_bytes)
        report = intake.take_folder(files=files, by=person_of(request))
        return Response(ImportReportSerializer(report).data)


class CocoImportView(APIView):
    """The way in for annotated data sets."""

    permission_classes = [roles(Role.ML_LEAD)]
    parser_classes = [MultiPartParser]

    @extend_schema(request=CocoUploadSerializer, responses=ImportReportSerializer)
    def post(self, request: Request) -> Response:
        """Take photos with their COCO or SA-1B annotations; what cannot be taken is reported with its reason."""
        form = checked(CocoUploadSerializer, request)
        report = intake.take_coco(
            annotations=read_upload(form["annotations"], field="annotations", max_bytes=MAX_ANNOTATIONS_BYTES),
            files=reader_by_name(form["photos"], max_bytes=settings.ENVIRONMENT.max_photo_bytes),
            by=person_of(request),
        )
        return Response(ImportReportSerializer(report).data)
