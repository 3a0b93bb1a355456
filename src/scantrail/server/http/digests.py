"""Adds to every JSON answer the digest by which a device knows that it came as it was sent."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scantrail.protocol.digests import HEADER, digest_of


class Digests:
    """The middleware. It leaves answers that have a digest, and files, which are named by their hash already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and put the digest among the headers once the body is known."""
        start: Message | None = None
        body = b""

        async def send_with_digest(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _lacks_digest(message):
                start = message
            elif message["type"] == "http.response.body" and start is not None:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    MutableHeaders(raw=start["headers"])[HEADER] = digest_of(scope["query_string"], body)
                    await send(start)
                    await send({"type": "http.response.body", "body": body})
            else:
                await send(message)

        await self._app(scope, receive, send_with_digest)


def _lacks_digest(start: Message) -> bool:
    headers = MutableHeaders(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    return kind in ("application/json", "application/problem+json") and HEADER not in headers
