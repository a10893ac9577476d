"""A small HTTP/1.1 client that opens a new connection for each request and costs little itself."""

import asyncio
import json
from typing import Any


class BadAnswer(Exception):
    """The server answered something that the benchmark cannot count."""


async def post(port: int, path: str, token: str, body: Any) -> tuple[int, Any]:
    """Send a JSON body on a connection of its own; return the status and the decoded answer."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {token}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head.encode() + content)
        answer = await reader.read(-1)
    finally:
        writer.close()
    top, _, payload = answer.partition(b"\r\n\r\n")
    if not top.startswith(b"HTTP/1.1 "):
        raise BadAnswer(f"not HTTP: {answer[:80]!r}")
    if b"transfer-encoding: chunked" in top.lower():
        raise BadAnswer("a chunked answer")
    return int(top[9:12]), json.loads(payload) if payload else None
