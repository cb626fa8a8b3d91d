"""Everything a provider returns passes here: secrets are removed, instructions to models are reported."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from inquest.contracts.latest import ChangeData, ChangesResponse, LogsResponse, Message, MetricsResponse, TracesResponse
from inquest.contracts.redaction import Policy, Redactor
from inquest.gateway.domain.injection import find_injections

CAREFUL = Redactor(Policy())
"""What a tenant has removed that did not say otherwise, without pseudonyms."""

Fenced = tuple[Message, list[str]]
"""The clean response, and the problem lines of what looked like an injection."""


def fence(response: Message, redactor: Redactor = CAREFUL) -> Fenced:
    """Return the response without what its tenant has removed, and what in it tries to instruct a model.

    A model that has no cleaner of its own is cleaned in every text, which is slower and never forgets a field.
    """
    return _CLEANERS.get(type(response), _any)(response, redactor)


def _any(response: Message, redactor: Redactor) -> Fenced:
    texts: list[str] = []

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            texts.append(redactor.text(value))
            return texts[-1]
        if isinstance(value, dict):
            return {key: walk(one) for key, one in value.items()}
        return [walk(one) for one in value] if isinstance(value, list | tuple) else value

    clean = type(response).model_validate(walk(response.model_dump()))
    return clean, find_injections(_named("response", ((type(response).__name__, text) for text in texts)))


def _metrics(response: MetricsResponse, redactor: Redactor) -> Fenced:
    """Labels are part of a metric's name, and hold what the exporter likes."""
    names = redactor.texts([series.metric for series in response.series])
    clean = [
        series if series.metric == name else series.model_copy(update={"metric": name})
        for series, name in zip(response.series, names, strict=True)
    ]
    services = (series.service for series in clean)
    return response.model_copy(update={"series": clean}), find_injections(
        _named("metric", zip(services, names, strict=True))
    )


def _logs(response: LogsResponse, redactor: Redactor) -> Fenced:
    messages = redactor.texts(response.messages)
    patterns = [
        one.model_copy(update={"signature": redactor.text(one.signature), "exemplars": redactor.texts(one.exemplars)})
        for one in response.patterns
    ]
    clean = response.model_copy(update={"messages": messages, "patterns": patterns})
    rows = zip(response.services, messages, strict=True)
    return clean, find_injections(_named("logs", rows)) + find_injections(
        (f"logs of {one.service}", text) for one in patterns for text in (one.signature, *one.exemplars)
    )


def _traces(response: TracesResponse, redactor: Redactor) -> Fenced:
    names = redactor.texts(response.names)
    attributes = [redactor.attributes(one) if one else one for one in response.attributes]
    clean = response.model_copy(update={"names": names, "attributes": attributes})
    texts = (
        (service, text)
        for service, name, some in zip(response.services, names, attributes or [{}] * len(names), strict=True)
        for text in (name, *some.values())
    )
    return clean, find_injections(_named("traces", texts))


def _changes(response: ChangesResponse, redactor: Redactor) -> Fenced:
    changes = [_change(change, redactor) for change in response.changes]
    texts = (
        (change.ref or change.service or "", text)
        for change in changes
        for text in (change.message, change.diff, change.before, change.after, *change.files)
        if text
    )
    return response.model_copy(update={"changes": changes}), find_injections(_named("change", texts))


def _change(change: ChangeData, redactor: Redactor) -> ChangeData:
    texts: dict[str, Any] = {
        name: redactor.text(value) if (value := getattr(change, name)) else value
        for name in ("message", "diff", "before", "after", "url", "status", "environment")
    }
    return change.model_copy(update=texts | {"files": redactor.texts(change.files)})


def _named(what: str, rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((f"{what} of {name}", text) for name, text in rows)


_CLEANERS: dict[type[Message], Callable[[Any, Redactor], Fenced]] = {
    MetricsResponse: _metrics,
    LogsResponse: _logs,
    TracesResponse: _traces,
    ChangesResponse: _changes,
}
