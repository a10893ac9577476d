"""Refuses a request body beyond a size before it fills the memory."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.generation import ErrorAnswer
from model_server.refusals import RefusalError


class BodyLimit:
    """ASGI middleware: 413 by the announced length, or as soon as an unannounced body grows too long."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.most_bytes:
            await self._refuse(scope, receive, send)
            return
        read, is_over = 0, False

        async def limited() -> Message:
            nonlocal read, is_over
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most_bytes:
                is_over = True
                raise RefusalError(413, self._reason())
            return message

        async def answer_over(message: Message) -> None:
            # Whatever the application made of the broken body, the reason is its length.
            if not is_over:
                await send(message)
            elif message["type"] == "http.response.start":
                await self._refuse(scope, receive, send)

        await self.app(scope, limited, answer_over)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = ErrorAnswer(field=None, reason=self._reason())
        await JSONResponse(answer.model_dump(), status_code=413)(scope, receive, send)

    def _reason(self) -> str:
        return f"The request is larger than {self.most_bytes:,} bytes."
