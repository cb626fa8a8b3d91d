from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    CapabilityTask,
    ChangeData,
    ChangesResponse,
    Focus,
    LogsResponse,
    MetricsResponse,
    PatternData,
    SeriesData,
    TracesResponse,
    Window,
)
from inquest.contracts.payloads import encode
from inquest.rca.finding import Finding
from inquest.rca.tables import Window as Span
from inquest.worker.domain import tables
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.detectors import DETECTORS, RESPONSES, question_of, source_of
from inquest.worker.domain.examine import examine

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TASK = CapabilityTask(
    step_id="s1",
    tenant="acme",
    investigation_id="i1",
    capability_id="collect-symptoms",
    window=Window(start=NOON, end=NOON + timedelta(minutes=10)),
    focus=Focus(services=("checkout", "cart"), metric="p99", fired_at=NOON, text="slow"),
)


def test_a_missing_sample_is_nan_and_a_series_without_a_service_is_its_nodes() -> None:
    response = MetricsResponse(
        series=[SeriesData(service="", node="n1", metric="load", times=[1, 2], values=[None, 3])]
    )
    (one,) = tables.series_of(response)
    assert one.entity == "n1"
    assert np.isnan(one.values[0])
    assert one.values[1] == 3


@pytest.mark.parametrize(
    "read",
    [
        lambda: tables.series_of(
            MetricsResponse(series=[SeriesData(service="a", metric="m", times=[1, 2], values=[1])])
        ),
        lambda: tables.logs_of(LogsResponse(times=[1.0])),
        lambda: tables.logs_of(
            LogsResponse(times=[1.0], services=["a"], severities=[""], messages=[""], trace_ids=["t", "t"])
        ),
        lambda: tables.spans_of(TracesResponse(span_ids=["a"])),
        lambda: tables.spans_of(TracesResponse(attributes=[{}])),
    ],
)
def test_columns_of_different_lengths_are_refused(read: Callable[[], object]) -> None:
    with pytest.raises(Impossible, match="different lengths"):
        read()


def test_optional_columns_may_be_absent() -> None:
    logs = tables.logs_of(LogsResponse(times=[1.0], services=["a"], severities=["ERROR"], messages=["x"]))
    assert (list(logs.trace_ids), len(logs)) == ([None], 1)
    spans = tables.spans_of(
        TracesResponse(
            trace_ids=["t"],
            span_ids=["s"],
            parent_ids=[None],
            services=["a"],
            names=["n"],
            starts=[1],
            durations_ms=[2],
        )
    )
    assert spans.attributes is None
    assert not spans.errors.any()


def test_patterns_and_changes_keep_what_they_say() -> None:
    found = tables.patterns_of(
        LogsResponse(
            patterns=[
                PatternData(service="a", signature="x", count=5, delta=4),
                PatternData(service="a", signature="y", count=5),
            ]
        )
    )
    assert [one.delta for one in found] == [4, 0]
    data = ChangeData(time=1, kind="deploy", service="a", ref="r", files=["f"], before="v1", after="v2")
    (change,) = tables.changes_of(ChangesResponse(changes=[data]))
    assert (change.entity, change.from_, change.to, change.files) == ("a", "v1", "v2", ("f",))


def test_the_target_is_what_the_page_said() -> None:
    target = tables.target_of(TASK)
    assert (target.entity, target.metric, target.fired_at, target.text) == ("checkout", "p99", NOON.timestamp(), "slow")
    assert tables.target_of(TASK.model_copy(update={"focus": Focus()})).entity is None
    assert tables.span_of(tables.window_of(TASK.window)) == TASK.window


@pytest.mark.parametrize("capability", sorted(DETECTORS))
def test_every_capability_answers_nothing_with_nothing(capability: str) -> None:
    analysis = DETECTORS[capability]({}, question_of(TASK))
    assert analysis.findings == ()


@pytest.mark.parametrize("capability", sorted(DETECTORS))
def test_every_capability_takes_empty_responses(capability: str) -> None:
    task = TASK.model_copy(update={"capability_id": capability, "baseline": TASK.window})
    answers = [Answer(domain, data=encode(model()).data) for domain, model in RESPONSES.items()]
    examined = examine(task, answers)
    assert (examined.failures, examined.analysis.findings) == ({}, ())


def test_a_response_of_the_wrong_shape_fails_its_domain() -> None:
    broken = Answer("metrics", data=encode(MetricsResponse(series=[])).data + b"x")
    assert examine(TASK, [broken, Answer("logs")]).failures == {}  # trailing bytes after the end of the stream
    wrong = Answer("metrics", data=encode(Window(start=NOON, end=NOON)).data)
    assert examine(TASK, [wrong]).analysis.findings == ()
    assert "cannot be used" in examine(TASK, [Answer("metrics", data=b"?")]).failures["metrics"]


def test_where_a_finding_came_from() -> None:
    span = Span(0, 1)
    given = Finding("trace", "a", "s", span, None, 0.1, {"given": True})
    seen = Finding("trace", "a", "s", span, None, 0.1, {"given": False})
    assert source_of(given, ("topology", "traces")) == "topology"
    assert source_of(given, ("traces",)) == "traces"
    assert source_of(seen, ("topology", "traces")) == "traces"
    assert source_of(seen, ("topology",)) == "topology"
    flag, change = (Finding(kind, "a", "s", span, None, 0.1, {}) for kind in ("flag", "change"))
    assert source_of(flag, ("changes", "flags")) == "flags"
    assert source_of(change, ("changes", "flags")) == "changes"
