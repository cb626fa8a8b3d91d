"""API tokens behind a reference. They are read on each request, so that a changed file counts at once."""

from functools import lru_cache

from inquest.api.domain.access import Caller, Tokens, identify, parse_tokens
from inquest.api.domain.deeds import authenticated, refusal
from inquest.api.errors import Forbidden, Unauthenticated
from inquest.audit import AuditLog
from inquest.config.secrets import resolve
from inquest.telemetry.logs import get_logger

_parse = lru_cache(maxsize=1)(parse_tokens)  # a hash for each token of the file, only when it changed
_log = get_logger("api")


class TokenFile:
    """Tells who asks, and records it. Without a reference only this machine may ask."""

    def __init__(self, ref: str | None, audit: AuditLog) -> None:
        self._ref = ref
        self._audit = audit

    async def check(self) -> None:
        """Read once at start, so that a wrong file stops the process and not the first request."""
        if self._tokens() is None:
            _log.warning("tokens_not_configured", hint="only loopback clients are served; set INQUEST_API_TOKENS_REF")

    def identify(self, authorization: str | None, peer: str | None, host: str | None) -> Caller:
        """Return who asks. Raises Unauthenticated; RetryLater or Impossible while the tokens cannot be read."""
        caller = identify(self._tokens(), authorization, peer, host)
        self._audit.note(authenticated(caller, peer or ""))
        return caller

    async def refused(self, error: Exception, caller: Caller | None, peer: str | None, what: str) -> None:
        """Record that somebody was not let in, or may not do this; other errors are no refusals."""
        if isinstance(error, Unauthenticated | Forbidden):
            await self._audit.refused(refusal(error, caller, peer or "", what))

    def _tokens(self) -> Tokens | None:
        return _parse(resolve(self._ref)) if self._ref else None
