"""Drop what was delivered twice: shippers deliver at least once, and retries repeat whole batches."""

from inquest.rca.tables import Logs, Spans


def unrepeated(logs: Logs) -> tuple[Logs, int]:
    """The table without repeated lines, and how many there were.

    Only a line with a trace and a span can be told from its twin.
    """
    spans, attributes = logs.span_ids, logs.attributes
    if spans is None:
        return logs, 0
    seen: set[tuple[object, ...]] = set()
    keep = []
    rows = zip(logs.trace_ids, spans, logs.times.tolist(), logs.entities, logs.messages, strict=True)
    for row, key in enumerate(rows):
        if key[0] is None or key[1] is None or key not in seen:
            seen.add(key)
            keep.append(row)
    if len(keep) == len(logs):
        return logs, 0
    return (
        Logs(
            logs.times[keep],
            [logs.entities[row] for row in keep],
            [logs.severities[row] for row in keep],
            [logs.messages[row] for row in keep],
            [logs.trace_ids[row] for row in keep],
            [spans[row] for row in keep],
            [attributes[row] for row in keep] if attributes is not None else None,
        ),
        len(logs) - len(keep),
    )


def unrepeated_spans(spans: Spans) -> tuple[Spans, int]:
    """The table with each span of a trace once, and how many were repeated."""
    seen: set[tuple[str | None, str]] = set()
    keep = []
    for row, key in enumerate(zip(spans.trace_ids, spans.span_ids, strict=True)):
        if key not in seen:
            seen.add(key)
            keep.append(row)
    if len(keep) == len(spans):
        return spans, 0
    return (
        Spans(
            [spans.trace_ids[row] for row in keep],
            [spans.span_ids[row] for row in keep],
            [spans.parent_ids[row] for row in keep],
            [spans.entities[row] for row in keep],
            [spans.names[row] for row in keep],
            spans.starts[keep],
            spans.durations_ms[keep],
            spans.errors[keep],
            [spans.attributes[row] for row in keep] if spans.attributes is not None else None,
        ),
        len(spans) - len(keep),
    )
