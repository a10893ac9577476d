"""What the server says no to, as an exception that carries its HTTP answer."""


class RefusalError(Exception):
    """An ask that cannot be served: HTTP status, the field at fault, the reason, and when to come again."""

    def __init__(self, status: int, reason: str, field: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.field = field
        self.retry_after = retry_after
