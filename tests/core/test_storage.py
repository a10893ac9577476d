"""The blob store against a real S3."""

import httpx
import pytest

from contracts.digests import sha256_hex
from engine.core.errors import NotFound
from engine.core.storage import blob_store


def test_a_blob_comes_back_by_its_digest() -> None:
    sha256 = blob_store().put(b"a chair", content_type="text/plain")
    assert sha256 == sha256_hex(b"a chair")
    assert blob_store().get(sha256) == b"a chair"


def test_a_missing_blob_is_not_found() -> None:
    with pytest.raises(NotFound):
        blob_store().get("0" * 64)


def test_a_signed_url_opens_without_credentials_and_an_unsigned_one_does_not() -> None:
    sha256 = blob_store().put(b"a table", content_type="text/plain")
    url = blob_store().signed_url(sha256)
    assert httpx.get(url).content == b"a table"
    assert httpx.get(url.split("?")[0]).status_code == 403


def test_a_signed_upload_lands_outside_the_blobs() -> None:
    url = blob_store().signed_upload(upload_key="job/1", content_type="model/gltf-binary")
    answer = httpx.put(url, content=b"glTF", headers={"Content-Type": "model/gltf-binary"})
    assert answer.status_code == 200
    assert blob_store().upload_size(upload_key="job/1") == 4
    assert blob_store().read_upload(upload_key="job/1") == b"glTF"


@pytest.mark.django_db
def test_people_have_roles(person, api) -> None:
    assert person("annotator").has_any_role("annotator")
