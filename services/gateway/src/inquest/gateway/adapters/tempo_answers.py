"""What Tempo's answers say, in our words: OTLP as JSON, with ids in base64 or in hexadecimal."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.spans import Span

_VALUE_CHARS_MAX = 4000
_HEX = re.compile(r"[0-9a-fA-F]+")
_HEX_CHARS = frozenset({16, 32})  # of a span's and a trace's id; in base64 they have 12 and 24
_FAILED = frozenset({2, "STATUS_CODE_ERROR"})
TRACE_ID = re.compile(r"[0-9a-fA-F]{1,32}")


def ids_of(answer: Any) -> list[str]:
    """Return the ids of the traces that a search found. Raises ProviderError (malformed)."""
    with understood("the answer of a search"):
        if "traces" not in answer and "metrics" not in answer:  # an empty list is left out
            raise ValueError("neither traces nor metrics: is this address a Tempo?")
        found = [str(one["traceID"]) for one in answer.get("traces") or ()]
        if strange := [one for one in found if not TRACE_ID.fullmatch(one)]:
            raise ValueError(f"{strange[0]!r:.80} is no trace's id")
        return found


def spans_of(answer: Any) -> list[Span]:
    """Return the spans of a trace. Raises ProviderError (malformed)."""
    with understood("a trace of Tempo"):
        parts = _parts(answer)
        if parts is None:
            raise ProviderError("malformed", "the answer has no batches of spans: is this address a Tempo?")
        return [span for part in parts for span in _spans(part)]


def _parts(answer: Any) -> list[Any] | None:
    """Return the parts of a trace, each of one resource: as versions 1 and 2 of the API, and OTLP, call them."""
    trace = answer.get("trace", answer)
    found = trace.get("batches", trace.get("resourceSpans"))
    return found if isinstance(found, list) else None


def _spans(part: Any) -> Iterator[Span]:
    resource = _attributes((part.get("resource") or {}).get("attributes"))
    for scope in part.get("scopeSpans") or part.get("instrumentationLibrarySpans") or ():
        for raw in scope.get("spans") or ():
            start_ns, end_ns = int(raw["startTimeUnixNano"]), int(raw.get("endTimeUnixNano") or 0)
            yield Span(
                start=start_ns / 1e9,
                trace_id=_id(raw["traceId"]),
                span_id=_id(raw["spanId"]),
                parent_id=_id(raw.get("parentSpanId") or ""),
                service=resource.get("service.name", "unknown"),
                name=str(raw.get("name") or ""),
                duration_ms=max(0, end_ns - start_ns) / 1e6,
                error=(raw.get("status") or {}).get("code") in _FAILED,
                attributes=tuple(sorted((resource | _attributes(raw.get("attributes"))).items())),
            )


def _attributes(raws: Any) -> dict[str, str]:
    return {str(one["key"]): _value(one.get("value") or {})[:_VALUE_CHARS_MAX] for one in raws or ()}


def _value(value: Any) -> str:
    """Return a value of OTLP, which names its type; lists and maps as they are."""
    found = next(iter(value.values()), "")
    if isinstance(found, bool):
        return str(found).lower()
    return json.dumps(found, ensure_ascii=False) if isinstance(found, dict | list) else str(found)


def _id(text: str) -> str:
    """Return an id in hexadecimal. Raises ValueError for what is none."""
    if not text or (len(text) in _HEX_CHARS and _HEX.fullmatch(text)):
        return text.lower()
    return base64.b64decode(text, validate=True).hex()
