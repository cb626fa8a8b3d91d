"""One connection per process, opened through FastStream's broker, with our limits and error reporting."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faststream.nats import NatsBroker
from faststream.nats.security import NatsSecurity, NatsUserPassword
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoServersError
from nats.js import JetStreamContext

from inquest.bus.denials import Denials
from inquest.bus.ending import obedient, within
from inquest.bus.tls import TlsFiles, explain
from inquest.contracts.errors import InquestError
from inquest.telemetry.logs import get_logger

CONNECT_S_MAX = 10.0
API_S_MAX = 5.0
DRAIN_S_MAX = 2.0
CLOSE_S_MAX = 1.0
RECONNECT_WAIT_S = 0.25
PING_S = 10
PENDING_BYTES_MAX = 8 * 1024 * 1024


class BusUnavailable(InquestError):
    """No nats-server answers; the text says where it was looked for and what to do."""


class Connection:
    """Owns the broker and its client. `on_reconnect` callbacks run after each reconnect.

    `url` may name several servers of one cluster, with commas between them: any that lives will do.
    With `tls` the connection begins with TLS: no password leaves before the server has proved who it is.
    Raises TlsUnusable, and BusUnavailable where the password cannot be read.
    """

    def __init__(
        self,
        url: str,
        service: str,
        user: str | None = None,
        password_file: Path | None = None,
        tls: TlsFiles | None = None,
    ) -> None:
        self._url = re.sub(r"//[^/@]*@", "//", url)  # for messages: operators put their password into the URL
        self._log = get_logger(service)
        self.on_reconnect: list[Callable[[], None]] = []
        self.denials = Denials()
        self._trouble = ""  # what went wrong last while there was no connection
        # Passed as they are to nats-py; explicit, so that an upgrade cannot change them silently.
        options: dict[str, Any] = {
            "name": f"inquest-{service}",
            "inbox_prefix": f"_INBOX.{service}",
            "connect_timeout": 2,
            "allow_reconnect": True,
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": RECONNECT_WAIT_S,
            "ping_interval": PING_S,
            "max_outstanding_pings": 2,
            "pending_size": PENDING_BYTES_MAX,
            "error_cb": self._on_error,
            "disconnected_cb": self._on_disconnect,
            "reconnected_cb": self._on_reconnect,
        }
        context = tls.context() if tls else None
        first = context is not None
        if user and password_file:
            password = _password(password_file)
            options["security"] = NatsUserPassword(user, password, ssl_context=context, tls_handshake_first=first)
        elif context is not None:
            options["security"] = NatsSecurity(ssl_context=context, tls_handshake_first=first)
        self.broker = NatsBroker(url.split(","), logger=None, graceful_timeout=CONNECT_S_MAX, **options)
        self._client: Client | None = None
        self._js: JetStreamContext | None = None

    @property
    def client(self) -> Client:
        """The connected client."""
        if self._client is None:
            raise BusUnavailable("the bus is not connected yet")
        return self._client

    @property
    def js(self) -> JetStreamContext:
        """The one JetStream context; pipelined acks share its inbox."""
        if self._js is None:
            self._js = self.client.jetstream(timeout=API_S_MAX)
        return self._js

    async def open(self, limit_s: float = CONNECT_S_MAX) -> None:
        """Connect, or raise BusUnavailable after `limit_s` seconds."""
        try:
            client = await within(limit_s, self.broker.connect())
        except (TimeoutError, OSError, NoServersError) as error:
            if self._trouble:
                raise BusUnavailable(f"nats-server at {self._url}: {self._trouble}") from error
            raise BusUnavailable(
                f"no nats-server answers at {self._url}: start one with `inquest up`, or set INQUEST_NATS_URL"
            ) from error
        except NatsError as error:
            raise BusUnavailable(f"nats-server at {self._url} refuses: {error}; check user and password") from error
        # nats-py's own requests would learn of a refusal by their time-out alone.
        client.request = self.denials.guarded(obedient(client.request))
        client.flush = obedient(client.flush)
        self._client = client

    async def close(self) -> None:
        """Drain what is buffered and disconnect, each within its limit, whatever the server and the handlers do."""
        client, self._client, self._js = self._client, None, None
        if client is None:
            return
        for limit_s, step in ((DRAIN_S_MAX, self.broker.stop), (CLOSE_S_MAX, client.close)):
            try:
                await within(limit_s, step())
            except (NatsError, OSError) as error:  # a server that dies now resets the connection
                self._log.warning("bus_not_drained", error=str(error) or type(error).__name__)

    async def _on_error(self, error: Exception) -> None:
        self.denials.heard(str(error))
        self._trouble = explain(error)
        self._log.warning("bus_error_reported", error=str(error) or type(error).__name__)

    async def _on_disconnect(self) -> None:
        self._log.warning("bus_disconnected", url=self._url)

    async def _on_reconnect(self) -> None:
        self._log.info("bus_reconnected", url=self._url)
        self.denials.subscriptions.clear()  # it has asked for all of them anew
        for callback in self.on_reconnect:
            callback()


def _password(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise BusUnavailable(f"cannot read the bus password in {path}: {error.strerror}") from error
