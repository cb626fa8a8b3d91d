"""Everything a provider returns passes here: secrets are removed, instructions to models are reported."""

from collections.abc import Callable, Iterator
from typing import Any

from inquest.contracts.latest import ChangeData, ChangesResponse, LogsResponse, Message, TracesResponse
from inquest.gateway.domain.injection import find_injections
from inquest.gateway.domain.redaction import redact, redact_all, redact_attributes

Fenced = tuple[Message, list[str]]
"""The clean response, and the problem lines of what looked like an injection."""


def fence(response: Message) -> Fenced:
    """Return the response without secrets, and what in it tries to instruct a model.

    Metrics and topology carry names only, which come from configuration or from the services' own code.
    """
    cleaner = _CLEANERS.get(type(response))
    return cleaner(response) if cleaner else (response, [])


def _logs(response: LogsResponse) -> Fenced:
    messages = redact_all(response.messages)
    patterns = [pattern.model_copy(update={"signature": redact(pattern.signature)}) for pattern in response.patterns]
    clean = response.model_copy(update={"messages": messages, "patterns": patterns})
    rows = zip(response.services, messages, strict=True)
    return clean, find_injections(_named("logs", rows)) + find_injections(
        (f"logs of {one.service}", one.signature) for one in patterns
    )


def _traces(response: TracesResponse) -> Fenced:
    names = redact_all(response.names)
    attributes = [redact_attributes(one) if one else one for one in response.attributes]
    clean = response.model_copy(update={"names": names, "attributes": attributes})
    texts = (
        (service, text)
        for service, name, some in zip(response.services, names, attributes or [{}] * len(names), strict=True)
        for text in (name, *some.values())
    )
    return clean, find_injections(_named("traces", texts))


def _changes(response: ChangesResponse) -> Fenced:
    changes = [_change(change) for change in response.changes]
    texts = (
        (change.ref or change.service or "", text)
        for change in changes
        for text in (change.message, change.diff, change.before, change.after, *change.files)
        if text
    )
    return ChangesResponse(changes=changes), find_injections(_named("change", texts))


def _change(change: ChangeData) -> ChangeData:
    texts: dict[str, Any] = {
        name: redact(value) if (value := getattr(change, name)) else value
        for name in ("message", "diff", "before", "after")
    }
    return change.model_copy(update=texts | {"files": redact_all(change.files)})


def _named(what: str, rows: Any) -> Iterator[tuple[str, str]]:
    return ((f"{what} of {name}", text) for name, text in rows)


_CLEANERS: dict[type[Message], Callable[[Any], Fenced]] = {
    LogsResponse: _logs,
    TracesResponse: _traces,
    ChangesResponse: _changes,
}
