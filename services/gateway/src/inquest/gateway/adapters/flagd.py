"""Reads the state of flags from flagd: by OFREP, or from the file of definitions where that is served over HTTP.

flagd keeps no history. What can be said of the past is when the file was changed (Last-Modified), and not which flag.
"""

import time

from inquest.config.kinds.flagd import FlagdProvider as Config
from inquest.contracts.latest import (
    ChangeData,
    DataSourceInterfaceContract,
    DomainRequest,
    FlagData,
    FlagsRequest,
    FlagsResponse,
)
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S
from inquest.gateway.adapters.flagd_answers import changed_at, defined, evaluated
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.domain.flags import Owners, states
from inquest.gateway.domain.forge import iso, understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

SOURCE = "flagd"
_OFREP = "/ofrep/v1/evaluate/flags"
_NO_HISTORY = "flagd keeps no history of its flags"


class FlagdProvider:
    """One flagd, or one file of definitions."""

    def __init__(self, config: Config, kit: Kit) -> None:
        self._config = config
        self._settings = config.settings
        self._http = kit.http(config.settings)
        self._owners = Owners(kit.catalogue, SOURCE, config.settings.service_tag_prefix)
        self._asks = f"GET {self._settings.definition}" if self._settings.definition else f"POST {_OFREP}"

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe=self._asks)

    async def probe(self) -> None:
        """See Provider."""
        await self._read(Context("", "flags", time.monotonic() + PROBE_S, 4 * PROBE_BYTES_MAX))

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider. The history is at most that the file was changed, and the answer says so."""
        if not isinstance(request, FlagsRequest):
            raise ProviderError("unsupported", f"flagd has no {context.domain}")
        if request.cursor:
            raise ProviderError("unsupported", "flagd has no pages: ask for fewer names")
        ours = self._settings.environment
        if request.environment and ours and request.environment != ours:
            raise ProviderError("unsupported", f"the environment {request.environment!r:.100} is not configured here")
        if not request.states and not self._settings.definition:
            raise ProviderError("unsupported", f"{_NO_HISTORY}, and only that is asked for")
        flags, changed, problems = await self._read(context)
        found = states(flags, request)
        if without := len(found[self._settings.flags_max :]):
            problems.append(f"the state of {without} flags was left out (flags_max)")
        changes = self._history(request, changed, len(flags))
        known = f"; the definitions were changed last at {iso(changed)}" if changed is not None else ""
        response = FlagsResponse(changes=changes, flags=found[: self._settings.flags_max] if request.states else [])
        return Fetched(response, self._asks, tuple(problems), f"{_NO_HISTORY}{known}")

    async def _read(self, context: Context) -> tuple[list[FlagData], float | None, list[str]]:
        """Return the flags, when they were changed as far as anybody says, and problems."""
        if path := self._settings.definition:
            answer = await self._http.ask("GET", path, context)
            with understood(path):
                flags = defined(answer.json(), self._settings.environment, self._owners)
            return flags, changed_at(answer.headers), []
        body = {"context": dict(self._settings.context)}
        answer = await self._http.ask("POST", _OFREP, context, json=body)
        with understood(_OFREP):
            flags, problems = evaluated(answer.json(), self._settings.environment, self._owners)
        return flags, None, problems

    def _history(self, request: FlagsRequest, changed: float | None, count: int) -> list[ChangeData]:
        """Return the one change that the file tells of, where it lies in the time that is asked for."""
        asked = ranges(request)
        if changed is None or not asked or not asked[0].start <= changed < asked[-1].end:
            return []
        path = self._settings.definition or ""
        message = f"The definitions of {count} flags were changed; which of them, flagd does not tell"
        url = f"{self._settings.url.rstrip('/')}{path}"
        environment = self._settings.environment
        return [ChangeData(time=changed, kind="flag", ref=path, message=message, environment=environment, url=url)]


def build(config: Config, kit: Kit) -> FlagdProvider:
    """See Build."""
    return FlagdProvider(config, kit)
