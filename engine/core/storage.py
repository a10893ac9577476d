"""Content-addressed blobs in S3: a blob is named by its SHA-256, written once and never changed.

The same bytes twice are one object. Rows elsewhere hold digests, never bytes. All failures of the store surface
as ``Unavailable`` (try again later) or ``NotFound`` (no such blob).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from contracts.digests import sha256_hex
from engine.core.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from engine.core.environment import Environment

_MISSING_CODES = {"404", "NoSuchKey", "NotFound"}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def key_of(sha256: str) -> str:
    """Return the S3 key of a blob. Two levels of folders keep listings of a mirrored bucket short."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 digest: {sha256!r}")
    return f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def _translated_errors(*, what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING_CODES:
            raise NotFound(f"{what} is not in the blob store.", code="blob_missing") from error
        raise Unavailable(f"The blob store refused {what}: {error}", code="storage_refused") from error
    except (BotoCoreError, S3UploadFailedError) as error:
        raise Unavailable(
            "The blob store does not answer. Nothing was lost; try again in a moment.", code="storage_down"
        ) from error


class BlobStore:
    """Blobs of one bucket. Thread-safe: boto3 clients are."""

    def __init__(self, *, client: S3Client, public_client: S3Client, bucket: str, url_seconds: int) -> None:
        self._client = client
        self._public_client = public_client
        self._bucket = bucket
        self._url_seconds = url_seconds

    def put(self, content: bytes, *, content_type: str) -> str:
        """Store ``content`` unless it is there already; return its SHA-256."""
        sha256 = sha256_hex(content)
        if not self.has(sha256):
            with _translated_errors(what="the upload"):
                self._client.put_object(Bucket=self._bucket, Key=key_of(sha256), Body=content, ContentType=content_type)
        return sha256

    def put_file(self, path: Path, *, content_type: str) -> str:
        """Store a file's content, streamed in parts, unless it is there already; return its SHA-256."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            if not self.has(sha256):
                with _translated_errors(what="the upload"):
                    self._client.upload_fileobj(
                        file, self._bucket, key_of(sha256), ExtraArgs={"ContentType": content_type}
                    )
        return sha256

    def has(self, sha256: str) -> bool:
        """Return whether the blob is stored."""
        try:
            with _translated_errors(what=sha256):
                self._client.head_object(Bucket=self._bucket, Key=key_of(sha256))
        except NotFound:
            return False
        return True

    def get(self, sha256: str) -> bytes:
        """Return the blob. Raises NotFound, or Unavailable when what is stored is not what its name says."""
        with _translated_errors(what=sha256):
            content = self._client.get_object(Bucket=self._bucket, Key=key_of(sha256))["Body"].read()
        if sha256_hex(content) != sha256:
            raise Unavailable(f"The stored bytes of {sha256} are damaged.", code="blob_damaged")
        return content

    def signed_url(self, sha256: str, *, file_name: str | None = None) -> str:
        """Return a URL that lets a browser GET the blob for a while, as a download when ``file_name`` is given."""
        parameters: dict[str, Any] = {"Bucket": self._bucket, "Key": key_of(sha256)}
        if file_name is not None:
            parameters["ResponseContentDisposition"] = f'attachment; filename="{file_name}"'
        return self._public_client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=self._url_seconds)

    def internal_signed_url(self, sha256: str) -> str:
        """Return a URL by which another server of the platform can GET the blob."""
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key_of(sha256)}, ExpiresIn=self._url_seconds
        )

    def signed_upload(self, *, upload_key: str, content_type: str) -> str:
        """Return a URL that lets a browser PUT one object under ``uploads/``, apart from the blobs."""
        return self._public_client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": f"uploads/{upload_key}", "ContentType": content_type},
            ExpiresIn=self._url_seconds,
        )

    def upload_size(self, *, upload_key: str) -> int:
        """Return the size in bytes of an uploaded object. Raises NotFound when nothing arrived."""
        with _translated_errors(what="the uploaded file"):
            return self._client.head_object(Bucket=self._bucket, Key=f"uploads/{upload_key}")["ContentLength"]

    def read_upload(self, *, upload_key: str) -> bytes:
        """Return an uploaded object. Ask ``upload_size`` first: this reads it whole."""
        with _translated_errors(what="the uploaded file"):
            return self._client.get_object(Bucket=self._bucket, Key=f"uploads/{upload_key}")["Body"].read()

    def ensure_bucket(self) -> None:
        """Create the bucket if it is missing."""
        try:
            with _translated_errors(what="the bucket"):
                self._client.head_bucket(Bucket=self._bucket)
        except NotFound:
            with _translated_errors(what="the bucket"):
                self._client.create_bucket(Bucket=self._bucket)


def _client(environment: Environment, *, endpoint_url: str | None) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=environment.s3_region,
        aws_access_key_id=environment.s3_access_key_id,
        aws_secret_access_key=environment.s3_secret_access_key.get_secret_value(),
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 3, "mode": "standard"},
        ),
    )


@lru_cache(maxsize=1)
def blob_store() -> BlobStore:
    """Return the process's blob store, built from the settings at first use."""
    from django.conf import settings

    environment: Environment = settings.ENVIRONMENT
    internal = environment.s3_endpoint_url
    return BlobStore(
        client=_client(environment, endpoint_url=internal),
        public_client=_client(environment, endpoint_url=environment.s3_public_endpoint_url or internal),
        bucket=environment.s3_bucket,
        url_seconds=environment.s3_url_seconds,
    )
