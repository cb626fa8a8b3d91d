"""A cluster with one data stream: `_search` as opensearch.org and elastic.co document it, with its errors and limits.

It understands what the provider writes: bool, range, terms, match_phrase_prefix, wildcard, sort by a date, fields.
"""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import LogsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
STREAM = "logs-shop-default"
WINDOW_MAX = 10_000
SHARDS = 2


def document(number: int) -> dict[str, Any]:
    """Return a line, twenty seconds after the one before: names with dots and as objects, as both are about."""
    service, level, message = (
        ("cart", "info", f'10.2.3.{number} - "GET /cart/{number} HTTP/1.1" 200 {number * 13}'),
        ("checkout-svc", "ERROR", f'{{"msg":"pool exhausted after {number} ms","{PLANTED[:8]}":"{PLANTED[9:]}"}}'),
        ("cart", "warn", f"retry {number} of upstream checkout: deadline exceeded"),
    )[number % 3]
    at_ms = int((T0 + timedelta(seconds=20 * number)).timestamp()) * 1000 + 123
    return {
        "@timestamp": at_ms,
        "message": message,
        "log": {"level": level},
        "service.name": service,
        "trace": {"id": f"{number:032x}"},
        "span": {"id": f"{number:016x}"},
        "kubernetes": {"namespace": "shop"},
    }


class OpensearchServer:
    """Answers as a cluster does. `failed` shards of two say nothing; `key` is wanted as `ApiKey …` where it is given.

    The time of a document is in milliseconds; a fraction is what a field with nanoseconds has.
    """

    def __init__(self, documents: Sequence[Mapping[str, Any]], *, failed: int = 0, key: str = "") -> None:
        self.documents = documents
        self.failed = failed
        self.key = key

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if self.key and received.headers.get("authorization") != f"ApiKey {self.key}":
            return _refused(401, "security_exception", "missing authentication credentials for REST request")
        found = re.fullmatch(r"/([^/]+)/_search", received.path)
        if received.method != "POST" or not found:
            return _refused(405, "illegal_argument_exception", f"no handler found for uri [{received.path}]")
        names = found[1].split(",")
        there = any(fnmatch.fnmatchcase(STREAM, name) for name in names)
        if not there and not any("*" in name for name in names):
            return _refused(404, "index_not_found_exception", f"no such index [{names[0]}]")
        try:
            return Reply(body=self._answer(received.json(), there=there))
        except _Refusal as refusal:
            return _refused(400, *refusal.args)

    def _answer(self, body: dict[str, Any], *, there: bool) -> dict[str, Any]:
        size = body.get("size", 10)
        if size > WINDOW_MAX:
            why = f"Result window is too large, from + size must be less than or equal to: [{WINDOW_MAX}] but was"
            raise _Refusal("illegal_argument_exception", f"{why} [{size}]")
        query = body.get("query", {"bool": {}})
        found = [one for one in self.documents if there and _fits(query, one)]
        for sort in reversed(body.get("sort", [])):
            ((name, how),) = sort.items()
            found.sort(key=lambda one: value_of(one, name), reverse=how["order"] == "desc")
        hits = [
            {
                "_index": f".ds-{STREAM}-2026.03.01-000001",
                "_id": f"{number}",
                "_score": None,
                "_source": {name: one[name] for name in body.get("_source", []) if name in one},
                "fields": dict(_field(one, asked) for asked in body.get("fields", []) if _field(one, asked)[1]),
            }
            for number, one in enumerate(found[:size])
        ]
        failures = [{"shard": 1, "index": STREAM, "reason": {"type": "circuit_breaking_exception", "reason": "Data"}}]
        shards = {"total": SHARDS if there else 0, "successful": SHARDS - self.failed, "skipped": 0}
        total = {"value": len(found), "relation": "eq"}
        counted = {"total": total} if body.get("track_total_hits", True) else {}
        return {
            "took": 3,
            "timed_out": False,
            "_shards": shards | {"failed": self.failed} | ({"failures": failures} if self.failed else {}),
            "hits": {**counted, "max_score": None, "hits": hits},
        }


class _Refusal(Exception):
    """Its arguments are the error's type and reason."""


def value_of(document: Mapping[str, Any], path: str) -> Any:
    """Return the value of a field of a document."""
    if path in document:
        return document[path]
    head, _, rest = path.partition(".")
    return value_of(document[head], rest) if isinstance(document.get(head), Mapping) else None


def _field(document: Mapping[str, Any], asked: Any) -> tuple[str, list[Any]]:
    name = asked["field"] if isinstance(asked, dict) else asked
    value = value_of(document, name)
    return name, [] if value is None else [str(value) if isinstance(asked, dict) else value]


def _fits(query: Mapping[str, Any], one: Mapping[str, Any]) -> bool:
    ((kind, of),) = query.items()
    if kind == "bool":
        should = of.get("should", [])
        return (
            all(_fits(part, one) for part in of.get("filter", []))
            and not any(_fits(part, one) for part in of.get("must_not", []))
            and (not should or any(_fits(part, one) for part in should))
        )
    ((name, how),) = of.items()
    value = value_of(one, name)
    if value is None:
        return False
    match kind:
        case "range":
            return bool(how["gte"] <= value < how["lt"])
        case "terms":
            return value in how
        case "match_phrase_prefix":
            words = re.findall(r"\w+", how["query"].lower())
            return re.search(r"\b" + r"\W+".join(words), value.lower()) is not None
        case "wildcard":
            parts = re.split(r"\*(?<!\\\*)", how["value"])
            pattern = ".*".join(re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts)
            return re.fullmatch(pattern, value, re.IGNORECASE | re.DOTALL) is not None
    raise _Refusal("parsing_exception", f"unknown query [{kind}]")


def _refused(status: int, kind: str, reason: str) -> Reply:
    cause = {"type": kind, "reason": reason}
    return Reply(status, {"error": {"root_cause": [cause], **cause}, "status": status})


CASES = (
    http_case(
        "opensearch",
        "logs",
        LogsRequest(
            window=Window(start=T0 + timedelta(minutes=4), end=T0 + timedelta(minutes=8)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=3)),
        ),
        OpensearchServer([document(number) for number in range(30)]),
        {"indices": ["logs-shop-*"], "terms": {"kubernetes.namespace": ["shop"]}},
        services=({"service_id": "checkout", "aliases": {"opensearch": ["checkout-svc"]}},),
    ),
)
