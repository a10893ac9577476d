"""Pages by key: as cheap on the thousandth page as on the first, and stable while rows arrive."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """``{"next", "previous", "results"}``, newest first, ``?limit=`` rows at most 200."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    cursor_query_param = "after"
