"""Lets HTTP requests through while the service takes work, and counts them; others get 503 and when to come again."""

import json
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from inquest.runtime.duty import RETRY_AFTER_S, Duty, Off


class Turnstile:
    """An ASGI application around another one. `always` are paths that are answered in any state."""

    def __init__(self, app: ASGIApp, duty: Duty, always: Iterable[str]) -> None:
        self._app = app
        self._duty = duty
        self._always = frozenset(always)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] in self._always:
            await self._app(scope, receive, send)
            return
        try:
            with self._duty.request():
                await self._app(scope, receive, send)
        except Off as off:
            await _refuse(send, str(off))


async def _refuse(send: Send, said: str) -> None:
    body = {"error": "unavailable", "message": said, "hint": f"try again in {RETRY_AFTER_S} seconds"}
    headers = [(b"content-type", b"application/json"), (b"retry-after", str(RETRY_AFTER_S).encode())]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
