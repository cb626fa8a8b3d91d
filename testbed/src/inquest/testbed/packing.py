"""Makes an incident pack of what the processes exported during a recording."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from inquest.packs import MetricRow, PackMeta, TimeRange, write_pack
from inquest.testbed.alerts import Alert, Samples, first_alert, first_of, index
from inquest.testbed.pagerduty import triggered
from inquest.testbed.scenario import Fault, RecordingError
from inquest.testbed.world import OBSERVED

Row = dict[str, Any]


def read(telemetry: Path, kind: str, key: str, start: float, end: float) -> list[Row]:
    """Return what the shop's services exported (`kind` spans, logs or metrics) between two times, sorted."""
    found = [
        row
        for path in sorted(telemetry.glob(f"*.{kind}"))
        if path.name.rsplit("-", 1)[0] in OBSERVED
        for row in _rows(path)
        if start <= row[key] <= end
    ]
    return sorted(found, key=lambda row: float(row[key]))


def _rows(path: Path) -> Iterator[Row]:
    for line in path.read_bytes().splitlines():
        try:
            row: Row = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue  # the last line of a process that was killed in the middle of it
        yield row


def pack(
    folder: Path,
    fault: Fault,
    telemetry: Path,
    times: tuple[float, float, float, float],
    changes: list[Row],
    truth: Row,
) -> Alert:
    """Write the pack and return the alert it begins with; `times` are start, window, onset and end.

    Raises RecordingError where no alert rule fires, or one fires before the onset.
    """
    start, window_from, onset, end = times
    samples = read(telemetry, "metrics", "time", start, end)
    alert = _alert(fault, index(samples), start, onset, end)
    write_pack(
        folder,
        meta=PackMeta(
            id=f"tb-{hashlib.sha256(fault.name.encode()).hexdigest()[:8]}",  # the name would tell the answer
            title=alert.title,
            window=TimeRange(window_from, end),
            baseline=TimeRange(start, window_from),
            origin="recorded from Inquest's testbed",
            licence="Apache-2.0",
        ),
        signal=triggered(alert),
        metrics=(_metric(row) for row in samples),
        logs=read(telemetry, "logs", "time", start, end),
        spans=read(telemetry, "spans", "start", start, end),
        changes=changes,
        truth=truth,
    )
    return alert


def _alert(fault: Fault, samples: Samples, start: float, onset: float, end: float) -> Alert:
    calm_until = end if fault.page else onset - 1
    early = first_alert(samples, start + 5, calm_until, fault.metrics_every_s)
    if early:
        raise RecordingError(
            f"{early.title!r} fired {onset - early.time:.0f} s before the onset:"
            " the machine is too busy to record on; try again"
        )
    if fault.page:
        alert = first_of(fault.page, samples, onset, end)
    else:
        alert = first_alert(samples, onset, end, fault.metrics_every_s)
    if not alert:
        raise RecordingError("no alert rule fired: the fault showed no symptom; record for longer")
    return alert


def _metric(row: Row) -> MetricRow:
    return (row["time"], row["service"], row["metric"], row["value"], row["instance"], row["node"])
