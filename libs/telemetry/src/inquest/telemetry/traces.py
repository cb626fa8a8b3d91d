"""OpenTelemetry traces: one trace from webhook to verdict, carried over the bus in `traceparent`."""

from collections.abc import Mapping, MutableMapping

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter


def configure(service: str, endpoint: str | None = None) -> None:
    """Set up tracing for the process; later calls change nothing. Spans leave only when an endpoint is set."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    if endpoint:
        provider.add_span_processor(BatchSpanProcessor(_otlp_exporter(endpoint)))
    trace.set_tracer_provider(provider)


def _otlp_exporter(endpoint: str) -> SpanExporter:
    # Imported late: the exporter pulls in requests, and most embedded runs export nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")


# A proxy until a provider is set, then that provider's own; looked up once, because every message asks for it.
_TRACER = trace.get_tracer("inquest")


def tracer() -> trace.Tracer:
    """Return the tracer of Inquest."""
    return _TRACER


def inject_context(headers: MutableMapping[str, str]) -> None:
    """Write the current trace context into headers."""
    inject(headers)


def extract_context(headers: Mapping[str, str]) -> Context:
    """Return the trace context that headers carry; an empty one where they carry none."""
    return extract(headers)


def trace_id() -> str | None:
    """Return the current trace id as 32 hex digits, or None outside a trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None
