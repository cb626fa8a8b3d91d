"""Asks the providers of a domain the same recorded questions again, read only, and says how far their answers agree."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inquest.bus.port import BusPort
from inquest.cli.provider_use import Use
from inquest.config import TenantConfig
from inquest.config.provider_section import ProviderSettings
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.latest import Domain, DomainRequest, DomainResponse, ToolCall
from inquest.gateway.conformance.making import making
from inquest.gateway.domain.request import request_of
from inquest.gateway.ports import Context, Provider, ProviderError

BYTES_MAX = 32 * 1024 * 1024
ROWS_ASKED_MAX = 10_000
_DIGITS = 3  # values of two metrics that agree in so many digits are the same

Answer = Counter[tuple[Any, ...]]
"""What identifies each row of an answer, whoever gave it."""


@dataclass(slots=True)
class Again:
    """How one provider answered the questions; `answers` has None where it gave none."""

    use: Use = field(default_factory=Use)
    answers: list[Answer | None] = field(default_factory=list)
    barred: str = ""  # why it cannot be asked from here at all


def questions(domain: Domain, calls: Iterable[ToolCall], count_max: int) -> list[DomainRequest]:
    """Return the newest different questions that the records hold; pages after the first are left out."""
    found: dict[str, DomainRequest] = {}
    for call in calls:
        if call.domain != domain or call.query is None or call.query.cursor or len(found) == count_max:
            continue
        if call.access == "write":  # it asked for nothing
            continue
        query = call.query.model_copy(update={"rows_max": min(call.query.rows_max, ROWS_ASKED_MAX)})
        try:
            request = request_of(domain, query)
        except Impossible:
            continue  # recorded by another version, or refused already then
        found.setdefault(request.model_dump_json(), request)
    return list(found.values())


async def ask_again(
    settings: ProviderSettings,
    tenant: tuple[str, TenantConfig],
    domain: Domain,
    asked: Sequence[DomainRequest],
    bus: BusPort | None,
    tell: Callable[[int], None],
) -> Again:
    """Put the questions to one provider, one after the other: a live source is not to be pressed."""
    again = Again()
    try:
        async with making(settings, *tenant, bus=bus) as provider:
            for number, request in enumerate(asked, start=1):
                await _ask(provider, Context(tenant[0], domain, 0.0, BYTES_MAX), request, settings, again)
                tell(number)
    except InquestError as error:
        again.barred = str(error)
    if asked and again.use.errors["auth"] == len(asked):
        again.barred = "its credentials are not known or not accepted here"
    return again


async def _ask(
    provider: Provider, context: Context, request: DomainRequest, settings: ProviderSettings, again: Again
) -> None:
    limit_s = settings.timeout_ms / 1000
    started_s = time.monotonic()
    context.deadline_s = started_s + limit_s
    answer, kind = None, None
    try:
        async with asyncio.timeout(limit_s):
            answer = keys_of(context.domain, (await provider.call(request, context)).response)
    except TimeoutError:
        kind = "timeout"
    except ProviderError as error:
        kind = error.kind
    except Exception:  # noqa: BLE001 - a bug in a provider counts as it does in the gateway, and the others go on
        kind = "malformed"
    again.use.note((time.monotonic() - started_s) * 1000, kind)
    again.answers.append(answer)


def coverage(mine: Sequence[Answer | None], all_answers: Sequence[Sequence[Answer | None]]) -> tuple[float | None, int]:
    """Return the share of the rows that anybody found which this provider has too, and in how many questions.

    Each question counts alike. None where nobody found anything.
    """
    shares = []
    for number, own in enumerate(mine):
        union: Answer = Counter()
        for answers in all_answers:
            union |= answers[number] or Counter()
        if union:
            shares.append(((own or Counter()) & union).total() / union.total())
    return (sum(shares) / len(shares) if shares else None), len(shares)


def agreement(one: Sequence[Answer | None], two: Sequence[Answer | None]) -> float | None:
    """Return how far two providers agree: twice the rows that both have, of the rows that each has; 1 is wholly.

    Counts the questions that both answered, and in which one of them found something. None where there is none.
    """
    shares = [
        2 * (left & right).total() / (left.total() + right.total())
        for left, right in zip(one, two, strict=True)
        if left is not None and right is not None and (left or right)
    ]
    return sum(shares) / len(shares) if shares else None


def keys_of(domain: Domain, response: DomainResponse) -> Answer:
    """Return what identifies the rows of an answer: what two sources of the same system cannot but share.

    Texts of one product, such as links and ids of rows, are left out; times count to the second, values of metrics to
    three digits.
    """
    plain = response.model_dump()
    return Counter(_ROWS[domain](plain) if domain in _ROWS else _listed(domain, plain))


_LISTS: Mapping[Domain, tuple[str, tuple[str, ...]]] = {
    "changes": ("changes", ("time", "service", "ref")),
    "flags": ("changes", ("time", "service", "ref")),
    "tickets": ("tickets", ("ticket_id",)),
    "chat": ("messages", ("time", "text")),
    "events": ("events", ("time", "kind", "entity")),
    "code": ("parts", ("path", "line_start", "text")),
    "documents": ("documents", ("title",)),
    "objects": ("objects", ("kind", "object_id")),
    "topology": ("edges", ("caller", "callee")),
    "dashboards": ("dashboards", ("title",)),
}


def _listed(domain: Domain, plain: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    name, fields = _LISTS[domain]
    return [tuple(_word(field_, row.get(field_)) for field_ in fields) for row in plain[name]]


def _word(name: str, value: Any) -> Any:
    if name == "time":
        return round(value)
    return " ".join(value.split()) if isinstance(value, str) else value


def _metrics(plain: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (one["service"], one["metric"], round(time_s), f"{value:.{_DIGITS}g}")
        for one in plain["series"]
        for time_s, value in zip(one["times"], one["values"], strict=True)
        if value is not None and value == value  # noqa: PLR0124 - a missing sample may be NaN
    ]


def _logs(plain: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (round(time_s), service, " ".join(message.split()))
        for time_s, service, message in zip(plain["times"], plain["services"], plain["messages"], strict=True)
    ]


def _traces(plain: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return list(zip(plain["trace_ids"], plain["span_ids"], strict=True))


_ROWS: Mapping[Domain, Callable[[Mapping[str, Any]], list[tuple[Any, ...]]]] = {
    "metrics": _metrics,
    "logs": _logs,
    "traces": _traces,
}
