"""Is the web process able to work? For load balancers and health checks; tells nothing that a stranger may not know."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, else 503. The broker and the blob store may be down for a while."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "database_down"}, status=503)
    return JsonResponse({"status": "ready"})
