"""A Loki of one stream selector's worth: `query_range`, `labels`, `index/stats` as grafana.com documents them.

It understands the LogQL that the provider writes: matchers, one line filter, label filters.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inquest.contracts.latest import LogsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
ENTRIES_MAX = 5000
_LINE = re.compile(r'\|~ ("(?:[^"\\]|\\.)*")')
_FILTER = re.compile(r'(?:\| |, |\{)([A-Za-z_]\w*)(=~|!~|=)("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a stream."""

    at_ns: int
    line: str
    labels: dict[str, str]


def lines(count: int = 30) -> list[Entry]:
    """Return a line every twenty seconds from T0 on, of two services in turn."""
    return [_entry(number) for number in range(count)]


def _entry(number: int) -> Entry:
    service, level, line = (
        ("cart", "info", f'10.2.3.{number} - "GET /cart/{number} HTTP/1.1" 200 {number * 13}'),
        ("checkout-svc", "error", f'{{"msg":"pool exhausted after {number} ms","{PLANTED[:8]}":"{PLANTED[9:]}"}}'),
        ("cart", "warn", f"retry {number} of upstream checkout: deadline exceeded"),
    )[number % 3]
    at_ns = int((T0 + timedelta(seconds=20 * number)).timestamp()) * 10**9 + 123_456_000 + number
    labels = {"namespace": "shop", "service_name": service, "detected_level": level}
    return Entry(at_ns, line, labels | {"trace_id": f"{number:032x}", "span_id": f"{number:016x}"})


class LokiServer:
    """Answers as Loki does, from a list of entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        asked = {name: values[0] for name, values in received.query.items()}
        match received.path:
            case "/loki/api/v1/labels":
                return _success(sorted({name for one in self.entries for name in one.labels}))
            case "/loki/api/v1/index/stats":
                found = list(self._matching(asked))
                size = sum(len(one.line) for one in found)
                return Reply(body={"streams": 2, "chunks": 4, "entries": len(found), "bytes": size})
            case "/loki/api/v1/query_range":
                return self._range(asked)
        return _refused(404, "404 page not found")

    def _range(self, asked: dict[str, str]) -> Reply:
        limit = int(asked.get("limit", "100"))
        if limit > ENTRIES_MAX:
            text = (
                f"max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > {ENTRIES_MAX})"
            )
            return _refused(400, text)
        if not asked["query"].startswith("{"):
            return _refused(400, "parse error at line 1, col 1: syntax error: unexpected IDENTIFIER")
        found = sorted(self._matching(asked), key=lambda one: one.at_ns)
        if asked.get("direction", "backward") == "backward":
            found.reverse()
        streams: dict[str, list[Entry]] = {}
        for one in found[:limit]:
            streams.setdefault(json.dumps(one.labels, sort_keys=True), []).append(one)
        result = [
            {"stream": json.loads(key), "values": [[str(one.at_ns), one.line] for one in entries]}
            for key, entries in streams.items()
        ]
        return _success({"resultType": "streams", "result": result, "stats": {"summary": {"totalLinesProcessed": 1}}})

    def _matching(self, asked: dict[str, str]) -> Iterator[Entry]:
        query, start, end = asked["query"], int(asked["start"]), int(asked["end"])
        text = _LINE.search(query)
        filters = [(name, how, json.loads(value)) for name, how, value in _FILTER.findall(query)]
        for one in self.entries:
            if not start <= one.at_ns < end or (text and not re.search(json.loads(text[1]), one.line)):
                continue
            if all(_fits(how, value, one.labels.get(name, "")) for name, how, value in filters):
                yield one


def _fits(how: str, pattern: str, value: str) -> bool:
    if how == "=":
        return pattern == value
    return (re.fullmatch(pattern, value) is not None) == (how == "=~")


def _success(data: object) -> Reply:
    return Reply(body={"status": "success", "data": data})


def _refused(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), {"content-type": "text/plain; charset=utf-8"})


CASES = (
    http_case(
        "loki",
        "logs",
        LogsRequest(
            window=Window(start=T0 + timedelta(minutes=4), end=T0 + timedelta(minutes=8)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=3)),
        ),
        LokiServer(lines()),
        {"selector": '{namespace="shop"}'},
        services=({"service_id": "checkout", "aliases": {"loki": ["checkout-svc"]}},),
    ),
)
