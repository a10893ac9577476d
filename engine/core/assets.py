"""Answers for stored bytes: a redirect to the blob store, signed when it is asked for."""

from django.conf import settings
from django.http import HttpResponseRedirect

from engine.core.storage import blob_store


def redirect_to_blob(sha256: str) -> HttpResponseRedirect:
    """Return a redirect by which this browser can GET the blob for a while."""
    response = HttpResponseRedirect(blob_store().signed_url(sha256))
    # A page that shows a picture twice asks once; well before the signature ends it asks again.
    response["Cache-Control"] = f"private, max-age={settings.ENVIRONMENT.s3_url_seconds // 3}"
    return response
