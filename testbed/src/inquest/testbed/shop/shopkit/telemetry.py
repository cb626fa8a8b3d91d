"""OpenTelemetry for one process: traces, metrics and logs with their trace; nothing where it is not instrumented."""

import logging
import os
import time
from collections.abc import Callable

from opentelemetry import propagate, trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.metrics import CallbackOptions, Histogram, Observation
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from shopkit import host, settings
from shopkit.exporters import LogFile, MetricFile, SpanFile

BOUNDS_MS = [round(0.5 * 1.25**step, 3) for step in range(50)]
"""0.5 ms to 28 s, each a quarter wider than the last: a quantile is off by an eighth at most."""

_stem = settings.TELEMETRY_DIR / f"{settings.SERVICE}-{os.getpid()}"
_resource = Resource.create({"service.name": settings.SERVICE, "service.version": settings.VERSION})
_labels = {
    "service": settings.SERVICE,
    "instance": f"{settings.SERVICE}-0",
    "node": settings.NODE,
}
_tracers = TracerProvider(resource=_resource, sampler=ParentBased(TraceIdRatioBased(settings.TRACE_RATIO)))
_readers: list[MetricReader] = []
if settings.INSTRUMENTED:
    _file = MetricFile(_stem.with_suffix(".metrics"), _labels)
    _readers.append(PeriodicExportingMetricReader(_file, export_interval_millis=settings.METRICS_S * 1000))
_meters = MeterProvider(
    resource=_resource,
    metric_readers=_readers,
    views=[
        View(instrument_name="*.duration", aggregation=ExplicitBucketHistogramAggregation(BOUNDS_MS)),
        View(instrument_name="*.wait", aggregation=ExplicitBucketHistogramAggregation(BOUNDS_MS)),
    ],
)
_loggers = LoggerProvider(resource=_resource)
if settings.INSTRUMENTED:
    _tracers.add_span_processor(
        BatchSpanProcessor(SpanFile(_stem.with_suffix(".spans"), settings.SERVICE), schedule_delay_millis=500)
    )
    _loggers.add_log_record_processor(
        BatchLogRecordProcessor(LogFile(_stem.with_suffix(".logs"), settings.SERVICE), schedule_delay_millis=500)
    )
else:
    propagate.set_global_textmap(CompositePropagator([]))  # it neither continues a trace nor passes one on

tracer = _tracers.get_tracer("shopkit")
meter = _meters.get_meter("shopkit")
log = logging.getLogger(settings.SERVICE)


class _ToOpenTelemetry(logging.Handler):
    """Hands records of `logging` to the OpenTelemetry log pipeline."""

    _out = _loggers.get_logger("shopkit")

    def emit(self, record: logging.LogRecord) -> None:
        context = trace.get_current_span().get_span_context()
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            text = f"{text}: {type(error).__name__}: {error}"
        self._out.emit(
            LogRecord(
                timestamp=time.time_ns(),
                severity_text=record.levelname,
                severity_number=SeverityNumber(max(1, min(24, record.levelno // 10 * 4 + 1))),
                body=text,
                trace_id=context.trace_id or None,
                span_id=context.span_id or None,
            )
        )


log.setLevel(logging.INFO)
log.addHandler(_ToOpenTelemetry())


def gauge(name: str, read: Callable[[], float]) -> None:
    """Report what `read` returns with every export."""

    def observe(_: CallbackOptions) -> list[Observation]:
        return [Observation(read())]

    meter.create_observable_gauge(name, callbacks=[observe])


def counter(name: str) -> Callable[[int], None]:
    """Return a function that counts; reported as a rate per second."""
    instrument = meter.create_counter(name, unit="1/s")
    instrument.add(0)
    return instrument.add


def duration(name: str) -> Histogram:
    """Return a histogram of milliseconds; reported as p50, p95 and p99."""
    return meter.create_histogram(name, unit="ms")


for _name, _read in host.readings(settings.NODE_MEMBERS).items():
    gauge(_name, _read)


if "memory_limit_mb" in settings.config():
    gauge("process.memory.limit_bytes", lambda: settings.config()["memory_limit_mb"] * 1e6)


def ready() -> None:
    """Tell whoever started this process that it serves."""
    log.info("%s %s is ready", settings.SERVICE, settings.VERSION)
    _stem.with_suffix(".ready").touch()


def shutdown() -> None:
    """Write out what is held."""
    _tracers.shutdown()
    _meters.shutdown()
    _loggers.shutdown()
