"""Reads what a browser sent as files, never more than the limit."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers
from rest_framework.request import Request

from engine.core.errors import TooLarge
from engine.photos.services.imports import Files

MAX_ANNOTATIONS_BYTES = 200 * 1024 * 1024


def checked(serializer_type: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the form's checked fields. Raises the API's 400."""
    form = serializer_type(data=request.data)
    form.is_valid(raise_exception=True)
    fields: dict[str, Any] = form.validated_data
    return fields


def read_upload(upload: UploadedFile[bytes], *, field: str, max_bytes: int) -> bytes:
    """Return the file's bytes. Raises TooLarge before reading what is over the limit."""
    if (upload.size or 0) > max_bytes:
        raise TooLarge(
            f"The file {upload.name} has {upload.size:,} bytes; at most {max_bytes:,} are taken.",
            code=f"{field}_too_large",
            field=field,
        )
    content: bytes = upload.read()
    return content


def reader_by_name(uploads: list[UploadedFile[bytes]], *, max_bytes: int) -> Files:
    """Return what reads each file, by name; a file is read when its turn comes."""

    def reader(upload: UploadedFile[bytes]) -> Callable[[], bytes]:
        return lambda: read_upload(upload, field="photo", max_bytes=max_bytes)

    return {upload.name or "unnamed": reader(upload) for upload in uploads}
