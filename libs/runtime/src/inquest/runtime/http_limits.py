"""What a connection may cost before a request is known: bytes of headers, time for it, and open connections.

httptools has no limit of its own, and a header without an end is neither a request nor an error to it.
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES_MAX = 64 * 1024
HEADERS_MAX = 200
HEAD_S_MAX = 10.0
BODY_S_MAX = 30.0  # a service that knows its bodies may be less patient
CONNECTIONS_MAX = 1_000


class LimitedProtocol(HttpToolsProtocol):
    """HTTP/1.1 that answers 431 to too many headers, 408 to slow requests, 503 to too many connections, and closes."""

    _head_bytes = 0
    _refused = False
    _in_head = True
    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own has it
        """Take a connection, and give it time to say what it wants."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            self._refuse(503, "Too many connections are open; come back later.")
            return
        self._deadline = self.loop.call_later(HEAD_S_MAX, self._refuse, 408, "The headers did not come in time.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._settle()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless this is more than headers may be."""
        if self._refused:
            return
        before = self._head_bytes
        super().data_received(data)
        if self._in_head and self._head_bytes == before:
            self._head_bytes += len(data)  # a header without an end: none of it was told to us
            self._check()

    def on_message_begin(self) -> None:
        """Begin a request; the first one has the connection's deadline."""
        super().on_message_begin()
        self._head_bytes, self._in_head = 0, True
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_S_MAX, self._refuse, 408, "The headers did not come in time.")

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        super().on_url(url)
        self._head_bytes += len(url)
        self._check()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value)
        self._check()

    def on_headers_complete(self) -> None:
        """Go on with the request, unless it was refused."""
        self._settle()
        self._in_head = False
        if not self._refused:
            super().on_headers_complete()
            self._deadline = self.loop.call_later(BODY_S_MAX, self._refuse, 408, "The body did not come in time.")

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on, unless the request was refused."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request, unless it was refused."""
        self._settle()
        if not self._refused:
            super().on_message_complete()

    def _check(self) -> None:
        if self._head_bytes > HEAD_BYTES_MAX or len(self.headers or ()) > HEADERS_MAX:
            self._refuse(431, f"At most {HEADERS_MAX} headers of {HEAD_BYTES_MAX} bytes together.")

    def _settle(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int, said: str) -> None:
        """Answer once and close. A sender that goes on is not read any more."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._settle()
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()  # an answer is under way: a second one would be read as a part of it
            return
        body = said.encode()
        head = f"content-type: text/plain\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head.encode() + body)
        self.transport.close()
