"""What sources of feature flags have in common: whose flag it is, and what a history and its states become. Pure."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from inquest.config import Catalogue
from inquest.contracts.latest import ChangeData, FlagData, FlagsRequest
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.pages import is_asked

_RULES_CHARS = 4000
_VALUE_CHARS = 200


class Owners:
    """Tells the services of a flag: the catalogue may know its key, else its tags name them."""

    def __init__(self, catalogue: Catalogue, source: str, prefix: str) -> None:
        self._catalogue = catalogue
        self._source = source
        self._prefix = prefix

    def of(self, key: str, tags: Iterable[str]) -> tuple[str, ...]:
        """Return the services of a flag in order; none where nobody says."""
        if known := self._catalogue.resolve(key, self._source):
            return (known,)
        named = [tag.removeprefix(self._prefix) for tag in tags if tag.startswith(self._prefix)]
        resolved = [(name, self._catalogue.resolve(name, self._source)) for name in named if name]
        return tuple(sorted({found or name for name, found in resolved if found or self._prefix}))

    def rows(self, change: ChangeData, tags: Iterable[str]) -> list[ChangeData]:
        """Return a row per service of the flag; one without a service where nobody says whose it is."""
        services = self.of(change.ref, tags)
        return [change.model_copy(update={"service": one}) for one in services] or [change]

    def states(self, flag: FlagData, tags: Iterable[str]) -> list[FlagData]:
        """Return the state once for each service of the flag."""
        services = self.of(flag.name, tags)
        return [flag.model_copy(update={"service": one}) for one in services] or [flag]


def environments(request: FlagsRequest, configured: Sequence[str]) -> tuple[str, ...]:
    """Return those that are asked for. Raises ProviderError (unsupported) for one that is not configured."""
    if request.environment and request.environment not in configured:
        raise ProviderError("unsupported", f"the environment {request.environment!r:.100} is not configured here")
    return (request.environment,) if request.environment else tuple(configured)


def history(rows: Iterable[ChangeData], request: FlagsRequest, start: float, end: float) -> list[ChangeData]:
    """Return the rows that are asked for, oldest first. `start` and `end` in epoch seconds."""
    found = [row for row in rows if start <= row.time < end and is_asked(row, request)]
    return sorted(found, key=lambda row: (row.time, row.ref, row.environment, row.service or "", row.message or ""))


def states(flags: Iterable[FlagData], request: FlagsRequest) -> list[FlagData]:
    """Return the flags that are asked for, by name; one that belongs to nobody may be anybody's."""
    wanted = set(request.services)
    found = [
        one
        for one in flags
        if (not request.names or one.name in request.names)
        and (not wanted or one.service is None or one.service in wanted)
    ]
    return sorted(found, key=lambda one: (one.name, one.environment, one.service or ""))


def shown(value: Any) -> str:
    """Return the value of a variation as a short text."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _VALUE_CHARS else f"{text[:_VALUE_CHARS]}…"


def rules_text(rules: Any) -> str:
    """Return targeting as the source writes it, as JSON; empty where there is none."""
    text = json.dumps(rules, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if rules else ""
    return text if len(text) <= _RULES_CHARS else f"{text[:_RULES_CHARS]}…"


def state_text(*, enabled: bool, variation: str, percent: float | None) -> str:
    """Return what a flag is, as before and after say it: `off`, `on true`, `on true 25%`."""
    parts = ["on" if enabled else "off", variation if enabled else "", "" if percent is None else f"{percent:g}%"]
    return " ".join(part for part in parts if part) if enabled else "off"
