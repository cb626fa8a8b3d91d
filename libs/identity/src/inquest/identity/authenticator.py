"""Tells who asks, and records it. Keys are read on each request, so that a changed file counts at once."""

from functools import lru_cache

from inquest.audit import AuditLog
from inquest.config.secrets import resolve
from inquest.identity.deeds import authenticated, refusal
from inquest.identity.errors import Forbidden, Unauthenticated
from inquest.identity.keys import Keys, digest_of, parse_keys
from inquest.identity.principal import LOCAL, Principal, is_this_machine
from inquest.identity.settings import IdentitySettings
from inquest.telemetry.logs import get_logger

_parse = lru_cache(maxsize=1)(parse_keys)  # a hash for each key of the file, only when it changed
_log = get_logger("identity")


class Authenticator:
    """The one place that tells who asks. Without keys only this machine may ask, by a loopback address."""

    def __init__(self, settings: IdentitySettings, audit: AuditLog) -> None:
        self._ref = settings.api_tokens_ref
        self._audit = audit

    async def check(self) -> None:
        """Read once at start, so that a wrong file stops the process and not the first request."""
        if self._keys() is None:
            _log.warning("tokens_not_configured", hint="only loopback clients are served; set INQUEST_API_TOKENS_REF")

    async def identify(self, authorization: str | None, peer: str | None, host: str | None) -> Principal:
        """Return who asks. Raises Unauthenticated; RetryLater or Impossible while the keys cannot be read.

        Args:
            authorization: the header (or gRPC metadata) of that name.
            peer: the address the request comes from.
            host: the Host header; None where there is none.
        """
        who = self._known(authorization, peer, host)
        self._audit.note(authenticated(who, peer or ""))
        return who

    async def refused(self, error: Exception, who: Principal | None, peer: str | None, what: str) -> None:
        """Record that somebody was not let in, or may not do this; other errors are no refusals."""
        if isinstance(error, Unauthenticated | Forbidden):
            await self._audit.refused(refusal(error, who, peer or "", what))

    def _known(self, authorization: str | None, peer: str | None, host: str | None) -> Principal:
        keys = self._keys()
        if keys is None:
            if is_this_machine(peer, host):
                return LOCAL
            raise Unauthenticated("no API token is configured, so only this machine may ask, by a loopback address")
        scheme, _, token = (authorization or "").partition(" ")
        who = keys.get(digest_of(token.strip())) if scheme.lower() == "bearer" else None
        if who is None:
            raise Unauthenticated("send a known token: `Authorization: Bearer <token>`")
        return who

    def _keys(self) -> Keys | None:
        return _parse(resolve(self._ref)) if self._ref else None
