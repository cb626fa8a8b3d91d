"""Prometheus metrics with few labels. One registry per process; `service` tells embedded services apart."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

MESSAGES_HANDLED = Counter(
    "inquest_messages_handled", "Messages settled, by outcome", ("service", "consumer", "outcome")
)
HANDLE_SECONDS = Histogram(
    "inquest_handle_seconds",
    "Time in the handler",
    ("service", "consumer"),
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60),
)
MESSAGES_PUBLISHED = Counter("inquest_messages_published", "Messages acked by the server", ("service", "subject"))
DEAD_LETTERS = Counter("inquest_dead_letters", "Messages given up", ("service", "consumer", "error"))
DELIVERIES_RECEIVED = Counter("inquest_deliveries_received", "Outside deliveries, by outcome", ("source", "outcome"))
TOOL_CALLS = Counter("inquest_tool_calls", "Calls through the gateway", ("domain", "provider", "status"))
INVESTIGATIONS_ENDED = Counter("inquest_investigations_ended", "Investigations by state and band", ("state", "band"))
ADMISSIONS_DECIDED = Counter(
    "inquest_admissions_decided", "Decisions to investigate, by outcome and cause", ("outcome", "cause", "severity")
)
ADMISSION_INCIDENTS = Gauge(
    "inquest_admission_incidents", "Incidents that are investigated, or wait for it", ("tenant", "state")
)
ADMISSION_WAIT_SECONDS = Histogram(
    "inquest_admission_wait_seconds",
    "From asking to being admitted",
    ("severity",),
    buckets=(0.1, 1, 10, 60, 300, 900, 3600, 14400),
)
NOTICES_TOLD = Counter("inquest_notices_told", "Notices by kind and what became of them", ("kind", "outcome"))
INVESTIGATIONS_ARCHIVED = Counter("inquest_investigations_archived", "Closed investigations, archived and purged")
STREAM_FILLED_RATIO = Gauge("inquest_stream_filled_ratio", "Bytes held of bytes allowed", ("stream",))
LOOP_LAG_SECONDS = Gauge("inquest_loop_lag_seconds", "Event-loop lag at the last check", ("service",))


def exposition() -> bytes:
    """Return all metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
