"""Header names, and the context that one message hands to the messages it causes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import context as otel_context
from opentelemetry import trace

from inquest.bus.port import Delivery
from inquest.telemetry.traces import extract_context, inject_context, tracer

MSG_ID = "Nats-Msg-Id"
EXPECT_LAST = "Nats-Expected-Last-Subject-Sequence"
BATCH_ID = "Nats-Batch-Id"
BATCH_SEQ = "Nats-Batch-Sequence"
BATCH_COMMIT = "Nats-Batch-Commit"
SCHEDULE = "Nats-Schedule"
SCHEDULE_TARGET = "Nats-Schedule-Target"
COUNTER = "Nats-Incr"
TENANT = "Inquest-Tenant"
CAUSE = "Inquest-Cause"
ERROR = "Inquest-Error"
CONTENT_TYPE = "Content-Type"

_cause: ContextVar[str | None] = ContextVar("inquest_cause", default=None)


def outgoing(
    keys: Mapping[str, str], msg_id: str | None, expect_last: int | None, extra: Mapping[str, str]
) -> dict[str, str]:
    """Return the headers of a message about to leave: trace, tenant, cause and conditions."""
    headers = dict(extra)
    inject_context(headers)
    if "tenant" in keys:
        headers[TENANT] = keys["tenant"]
    if (cause := _cause.get()) is not None:
        headers[CAUSE] = cause
    if msg_id is not None:
        headers[MSG_ID] = msg_id
    if expect_last is not None:
        headers[EXPECT_LAST] = str(expect_last)
    return headers


@contextmanager
def handling(delivery: Delivery, consumer: str) -> Iterator[trace.Span]:
    """Make the delivery the cause and trace parent of everything published inside."""
    cause_token = _cause.set(f"{delivery.stream}:{delivery.stream_seq}")
    try:
        with serving(delivery.headers, consumer, trace.SpanKind.CONSUMER) as span:
            yield span
    finally:
        _cause.reset(cause_token)


@contextmanager
def serving(
    headers: Mapping[str, str], name: str, kind: trace.SpanKind = trace.SpanKind.SERVER
) -> Iterator[trace.Span]:
    """Open a span below the one that the headers carry."""
    parent = extract_context(headers) if headers else None
    span = tracer().start_span(name, context=parent, kind=kind)
    token = otel_context.attach(trace.set_span_in_context(span))
    try:
        yield span
    finally:
        otel_context.detach(token)
        span.end()
