"""Whether the columns of an answer fit together: one that lies about them is no answer. Pure."""

from collections.abc import Mapping

from inquest.contracts.latest import LogsResponse, Message, MetricsResponse, TracesResponse

_COLUMNS: Mapping[type[Message], tuple[tuple[str, ...], tuple[str, ...]]] = {
    LogsResponse: (("times", "services", "messages"), ("severities", "trace_ids", "span_ids", "pattern_of")),
    TracesResponse: (
        ("trace_ids", "span_ids", "services", "names", "starts"),
        ("parent_ids", "durations_ms", "errors", "attributes"),
    ),
}
"""Columns that are always there, and those that may be left out as a whole."""


def misfit(response: Message) -> str:
    """Say which columns do not fit together; empty where all do."""
    if isinstance(response, MetricsResponse):
        wrong = (one for one in response.series if len(one.times) != len(one.values))
        return next((f"{len(one.times)} times and {len(one.values)} values of one series" for one in wrong), "")
    always, at_will = _COLUMNS.get(type(response), ((), ()))
    lengths = {name: len(getattr(response, name)) for name in (*always, *at_will)}
    rows = lengths.get(always[0], 0) if always else 0
    wrong_columns = [name for name in always if lengths[name] != rows]
    wrong_columns += [name for name in at_will if lengths[name] not in {0, rows}]
    return f"{rows} {always[0]}, but {lengths[wrong_columns[0]]} {wrong_columns[0]}" if wrong_columns else ""
