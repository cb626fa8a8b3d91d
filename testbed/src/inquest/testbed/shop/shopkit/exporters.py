"""OpenTelemetry exporters that append NDJSON to one file per process and signal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics import Counter, Histogram
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricExportResult,
    MetricsData,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class _Appender:
    """Appends whole lines, unbuffered, so that a killed process loses nothing that was exported."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("ab", buffering=0)

    def write(self, records: list[dict[str, Any]]) -> None:
        if records:
            self._stream.write(b"".join(orjson.dumps(record) + b"\n" for record in records))

    def close(self) -> None:
        self._stream.close()


class SpanFile(SpanExporter):
    """Writes spans."""

    def __init__(self, path: Path, service: str) -> None:
        self._out = _Appender(path)
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Append one line per span."""
        self._out.write([self._record(span) for span in spans])
        return SpanExportResult.SUCCESS

    def _record(self, span: ReadableSpan) -> dict[str, Any]:
        context, start, end = span.get_span_context(), span.start_time or 0, span.end_time or 0
        attributes = dict(span.attributes or {})
        if span.status.description:
            attributes["error"] = span.status.description[:300]
        return {
            "trace_id": f"{context.trace_id:032x}" if context else None,
            "span_id": f"{context.span_id:016x}" if context else None,
            "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
            "service": self._service,
            "name": span.name,
            "start": round(start / 1e9, 4),
            "duration_ms": round((end - start) / 1e6, 2),
            "status": "OK" if span.status.is_ok else "ERROR",
            "attributes": attributes,
        }

    def shutdown(self) -> None:
        """Close the file."""
        self._out.close()


class LogFile(LogRecordExporter):
    """Writes log records."""

    def __init__(self, path: Path, service: str) -> None:
        self._out = _Appender(path)
        self._service = service

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Append one line per record."""
        self._out.write([self._record(item) for item in batch])
        return LogRecordExportResult.SUCCESS

    def _record(self, item: ReadableLogRecord) -> dict[str, Any]:
        log = item.log_record
        return {
            "time": round((log.timestamp or 0) / 1e9, 3),
            "service": self._service,
            "severity": log.severity_text,
            "message": str(log.body),
            "trace_id": f"{log.trace_id:032x}" if log.trace_id else None,
            "span_id": f"{log.span_id:016x}" if log.span_id else None,
        }

    def shutdown(self) -> None:
        """Close the file."""
        self._out.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held back."""
        del timeout_millis
        return True


class MetricFile(MetricExporter):
    """Writes samples: counters as rates per second, histograms as quantiles, gauges as they are."""

    def __init__(self, path: Path, labels: dict[str, str]) -> None:
        delta = AggregationTemporality.DELTA
        super().__init__(preferred_temporality={Counter: delta, Histogram: delta})
        self._out = _Appender(path)
        self._labels = labels
        self._counters: set[str] = set()

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: Any) -> MetricExportResult:
        """Append one line per sample; a counter that did not move is zero, not absent."""
        del timeout_millis
        found: dict[str, float] = {}
        time_ns = 0
        for resource in metrics_data.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    time_ns = max(time_ns, self._read(metric, found))
        for name in self._counters - found.keys():
            found[name] = 0.0
        self._out.write(
            [
                {"time": round(time_ns / 1e9), "metric": name, "value": value, **self._labels}
                for name, value in found.items()
            ]
        )
        return MetricExportResult.SUCCESS

    def _read(self, metric: Metric, found: dict[str, float]) -> int:
        name = metric.name.replace(".", "_")
        time_ns = 0
        for point in metric.data.data_points:
            time_ns = point.time_unix_nano
            if isinstance(point, HistogramDataPoint):
                for label, share in QUANTILES.items():
                    found[f"{name}_{metric.unit}_{label}"] = round(_quantile(point, share), 3)
            elif metric.unit == "1/s":
                self._counters.add(f"{name}_per_s")
                elapsed_s = max((time_ns - (point.start_time_unix_nano or 0)) / 1e9, 0.2)
                found[f"{name}_per_s"] = round(float(getattr(point, "value", 0)) / elapsed_s, 3)
            else:
                found[name] = round(float(getattr(point, "value", 0)), 5)
        return time_ns

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Nothing is held back."""
        del timeout_millis
        return True

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:
        """Close the file."""
        del timeout_millis
        self._out.close()


def _quantile(point: HistogramDataPoint, share: float) -> float:
    """Interpolate inside the bucket, as Prometheus' histogram_quantile does, within min and max."""
    rank, seen = share * point.count, 0
    bounds = [point.min, *point.explicit_bounds, point.max]
    for index, count in enumerate(point.bucket_counts):
        if count and seen + count >= rank:
            low, high = bounds[index], bounds[index + 1]
            inside = low + (high - low) * (rank - seen) / count
            return min(max(inside, point.min), point.max)
        seen += count
    return point.max
