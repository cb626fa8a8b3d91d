"""Tells who asks, how often they may, and records it. Keys are read on each request: a changed file counts at once."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from inquest.audit import AuditLog
from inquest.config.secrets import resolve
from inquest.contracts.errors import InquestError, RetryLater
from inquest.identity.deeds import authenticated, refusal
from inquest.identity.errors import Forbidden, RateLimited, Unauthenticated
from inquest.identity.keys import Keys, parse_keys
from inquest.identity.limits import Limits
from inquest.identity.principal import LOCAL, Principal, is_this_machine
from inquest.identity.settings import IdentitySettings
from inquest.telemetry.logs import get_logger

if TYPE_CHECKING:
    from inquest.identity.tokens import Tokens

_log = get_logger("identity")


@lru_cache(maxsize=1)
def _keys_of(text: str) -> Keys:
    return Keys(parse_keys(text))


class Authenticator:
    """The one place that tells who asks. Without keys and tokens only this machine may, by a loopback address."""

    def __init__(
        self, settings: IdentitySettings, audit: AuditLog, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._audit = audit
        self._clock = clock
        self._limits = Limits(settings.rates, clock)
        self._tokens: Tokens | None = None

    async def check(self) -> None:
        """Read once at start: wrong keys stop the process, not the first request; an issuer that is away does not."""
        keys = self._keys()
        tokens = self._signed()
        if tokens is not None:
            await tokens.jwks.refresh()
        elif keys is None:
            _log.warning("keys_not_configured", hint="only loopback clients are served; set INQUEST_API_TOKENS_REF")

    async def close(self) -> None:
        """Give up what runs beside the requests."""
        if self._tokens is not None:
            await self._tokens.jwks.close()

    async def identify(self, authorization: str | None, peer: str | None, host: str | None) -> Principal:
        """Return who asks.

        Raises Unauthenticated, Forbidden for a token that allows nothing, RateLimited, and RetryLater while keys
        cannot be read.

        Args:
            authorization: the header (or gRPC metadata) of that name.
            peer: the address the request comes from.
            host: the Host header; None where there is none.
        """
        try:
            who = await self._known(authorization, peer, host)
        except (Unauthenticated, Forbidden):
            self._limits.failed(peer)
            raise
        self._limits.admit(who)
        self._audit.note(authenticated(who, peer or ""))
        return who

    async def still(self, who: Principal, authorization: str | None, peer: str | None, host: str | None) -> None:
        """Raise Unauthenticated or Forbidden where whoever opened a stream would not be let in as the same now.

        RetryLater while keys cannot be read.
        """
        error: Exception = Unauthenticated("what you may do has changed: ask again")
        try:
            if await self._known(authorization, peer, host) == who:
                return
        except (Unauthenticated, Forbidden) as refused:
            error = refused
        await self.refused(error, who, peer, "stream")
        raise error

    async def refused(self, error: Exception, who: Principal | None, peer: str | None, what: str) -> None:
        """Record that somebody was not let in, or may not do this; other errors are no refusals."""
        if isinstance(error, RateLimited):
            who = who or error.who
        if isinstance(error, Unauthenticated | Forbidden | RateLimited):
            await self._audit.refused(refusal(error, who, peer or "", what))

    async def _known(self, authorization: str | None, peer: str | None, host: str | None) -> Principal:
        keys, tokens = self._readable_keys(), self._signed()
        if keys is None and tokens is None:
            if is_this_machine(peer, host):
                return LOCAL
            raise Unauthenticated("no API key is configured, so only this machine may ask, by a loopback address")
        scheme, _, sent = (authorization or "").partition(" ")
        sent = sent.strip() if scheme.lower() == "bearer" else ""
        key = keys.find(sent) if keys is not None and sent else None
        if key is not None:
            if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
                raise Unauthenticated("the API key has expired")
            return key.principal
        if tokens is not None and sent.count(".") == 2:
            return await tokens.principal(sent)
        raise Unauthenticated("send a known API key or token: `Authorization: Bearer …`")

    def _signed(self) -> "Tokens | None":
        if self._tokens is None and self._settings.jwt_jwks:
            from inquest.identity.tokens import Tokens  # noqa: PLC0415 - cryptography costs start-up time and memory

            self._tokens = Tokens(self._settings, self._clock)
        return self._tokens

    def _keys(self) -> Keys | None:
        reference = self._settings.api_tokens_ref
        return _keys_of(resolve(reference)) if reference else None

    def _readable_keys(self) -> Keys | None:
        try:
            return self._keys()
        except InquestError as error:
            # Our own fault, and nothing that whoever asks should read: a file is broken, or gone.
            _log.error("keys_not_readable", reason=str(error))
            raise RetryLater("API keys cannot be read; the log of the service says why") from None
