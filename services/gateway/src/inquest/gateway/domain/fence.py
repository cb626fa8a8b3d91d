"""Everything a provider returns passes here: secrets are removed, instructions to models are reported."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from inquest.contracts.latest import ChangesResponse, LogsResponse, Message, MetricsResponse, TracesResponse
from inquest.contracts.redaction import Policy, Redactor
from inquest.contracts.redaction.models import Cleaning, texts_of
from inquest.gateway.domain.injection import find_injections

CAREFUL = Redactor(Policy())
"""What a tenant has removed that did not say otherwise, without pseudonyms."""

EXEMPT: Mapping[str, str] = {
    "next_cursor": "sent back to where it came from: changed, it leads to no next page",
}
"""Fields of responses that stay as they are, with the reason."""

Fenced = tuple[Message, list[str]]
"""The clean response, and the problem lines of what looked like an injection."""

Rows = Iterator[tuple[str, str]]
"""Where a text stands, and the text."""


def fence(response: Message, redactor: Redactor = CAREFUL) -> Fenced:
    """Return the response without what its tenant has removed, and what in it tries to instruct a model."""
    clean = Cleaning(redactor, EXEMPT).model(response)
    return clean, find_injections(_TEXTS.get(type(clean), _any)(clean))


def _any(response: Message) -> Rows:
    return _named("response", ((type(response).__name__, text) for text in texts_of(response)))


def _metrics(response: MetricsResponse) -> Rows:
    """Labels are part of a metric's name, and hold what the exporter likes."""
    return _named("metric", ((series.service, series.metric) for series in response.series))


def _logs(response: LogsResponse) -> Rows:
    yield from _named("logs", zip(response.services, response.messages, strict=True))
    for one in response.patterns:
        yield from ((f"logs of {one.service}", text) for text in (one.signature, *one.exemplars))


def _traces(response: TracesResponse) -> Rows:
    attributes = response.attributes or [{}] * len(response.names)
    rows = zip(response.services, response.names, (tuple(some.values()) for some in attributes), strict=True)
    for service, name, some in dict.fromkeys(rows):  # most spans say what others said
        yield from ((f"traces of {service}", text) for text in (name, *some))


def _changes(response: ChangesResponse) -> Rows:
    for one in response.changes:
        texts = (one.message, one.diff, one.before, one.after, *one.files)
        yield from ((f"change of {one.ref or one.service or ''}", text) for text in texts if text)


def _named(what: str, rows: Iterable[tuple[str, str]]) -> Rows:
    return ((f"{what} of {name}", text) for name, text in rows)


_TEXTS: dict[type[Message], Callable[[Any], Rows]] = {
    MetricsResponse: _metrics,
    LogsResponse: _logs,
    TracesResponse: _traces,
    ChangesResponse: _changes,
}
