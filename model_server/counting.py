"""Counts and times every answer."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model_server.metrics import Metrics

# A fixed set of labels: whoever asks for odd paths must not fill the memory.
_ROUTES = frozenset({"/generate", "/load", "/health", "/metrics"})


class Counting:
    """ASGI middleware; a request that ends without an answer counts as 500."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            route = scope["path"] if scope["path"] in _ROUTES else "other"
            self.metrics.requests.labels(route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - started)
