"""Large answers get smaller without losing what matters, and say that they did."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import (
    LogsRequest,
    LogsResponse,
    MetricsRequest,
    MetricsResponse,
    SeriesData,
    Window,
)
from inquest.contracts.payloads import decode
from inquest.gateway.calls import seal
from inquest.gateway.domain.large import LINES_MAX, reduced
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.samples import SAMPLES_MAX, SPIKE_DEVIATIONS, thinned

T0 = datetime(2026, 3, 1, tzinfo=UTC)
START = T0.timestamp()
WINDOW, BASELINE = (Window(start=T0 + timedelta(hours=h), end=T0 + timedelta(hours=h + 1)) for h in (1, 0))
LOGS = LogsRequest(window=WINDOW, baseline=BASELINE)
METRICS = MetricsRequest(window=WINDOW, baseline=BASELINE)


def lines(count: int, message: str = "request {} done") -> LogsResponse:
    return LogsResponse(
        times=[START + 7200 * n / count for n in range(count)],
        services=["checkout"] * count,
        severities=["INFO"] * count,
        messages=[message.format(n) for n in range(count)],
        trace_ids=[f"t{n // 4}" for n in range(count)],
        span_ids=[None] * count,
    )


def series(values: list[float | None], step_s: float = 15.0) -> SeriesData:
    return SeriesData(
        service="cart", metric="latency", times=[START + step_s * n for n in range(len(values))], values=values
    )


def test_an_answer_of_the_stated_number_of_lines_stays_as_it_is():
    response = lines(LINES_MAX)
    assert reduced(response, LOGS).response is response


def test_more_lines_arrive_as_templates_with_counts_and_exemplars():
    response = lines(LINES_MAX + 1)
    response.messages[LINES_MAX - 5], response.severities[LINES_MAX - 5] = "shard 4 is gone", "ERROR"
    made = reduced(response, LOGS)
    assert isinstance(made.response, LogsResponse)
    error, usual = made.response.patterns
    assert (error.count, error.severity, error.exemplars) == (1, "error", ["shard 4 is gone"])
    assert (usual.signature, usual.count, usual.severity) == ("request * done", LINES_MAX, "info")
    assert sum(usual.counts) == usual.count
    assert usual.first_at == usual.times[0] == START
    assert usual.last_at == response.times[-1]
    assert made.response.summarised_from == LINES_MAX + 1
    columns = (made.response.times, made.response.messages, made.response.trace_ids, made.response.pattern_of)
    assert {len(one) for one in columns} == {len(made.response.span_ids)}
    assert made.notes == (f"{LINES_MAX + 1} log lines arrived as 2 templates with counts and exemplars",)
    assert not made.is_cut


def test_broken_columns_are_left_to_the_reader():
    response = lines(LINES_MAX + 1).model_copy(update={"services": []})
    assert reduced(response, LOGS).response is response


def test_a_summary_is_smaller_by_far_and_says_so_in_the_result():
    sealed = seal(Fetched(lines(3 * LINES_MAX), "{app}"), asks=LOGS)
    whole = seal(Fetched(lines(3 * LINES_MAX), "{app}"))
    assert sealed.payload.size_bytes < whole.payload.size_bytes / 3
    assert sealed.problems[0].startswith(f"{3 * LINES_MAX} log lines arrived as 1 templates")
    assert decode(sealed.payload.data, LogsResponse).summarised_from == 3 * LINES_MAX


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 9_999), st.floats(-1e9, 1e9)), max_size=40),
    st.lists(st.integers(0, 9_999), max_size=40),
)
@settings(max_examples=25, deadline=None)
def test_ends_extremes_and_every_far_sample_survive(shape, spikes, missing):
    values: list[float | None] = [shape[n % len(shape)] / 1000 for n in range(10_000)]
    for at, value in spikes:
        values[at] = value
    for at in missing:
        values[at] = None
    before = series(values)
    after = thinned(before)
    assert len(after.times) <= SAMPLES_MAX
    assert after.reduced_from == 10_000
    pairs = set(zip(before.times, before.values, strict=True))
    kept = set(zip(after.times, after.values, strict=True))
    assert kept <= pairs
    assert after.times == sorted(after.times)
    assert (after.times[0], after.times[-1]) == (before.times[0], before.times[-1])
    there = np.array([value for value in values if value is not None])
    left = [value for value in after.values if value is not None]
    assert (max(left), min(left)) == (there.max(), there.min())
    middle = float(np.median(there))
    away = np.abs(there - middle)
    limit = SPIKE_DEVIATIONS * 1.4826 * np.median(away)
    far = {pair for pair in pairs if pair[1] is not None and abs(pair[1] - middle) > limit}
    if len(far) <= 900:
        assert far <= kept


def test_a_short_series_stays_and_a_constant_one_keeps_its_ends():
    short = series([1.0] * SAMPLES_MAX)
    assert thinned(short) is short
    flat = thinned(series([2.0] * (SAMPLES_MAX + 1)))
    assert flat.values[0] == flat.values[-1] == 2.0
    assert thinned(series([None] * (SAMPLES_MAX + 1))).values[0] is None


def test_a_gap_keeps_its_length_and_a_reset_its_depth():
    before = series([float(n % 3_001) for n in range(12_000)])
    moved = before.model_copy(
        update={"times": [at + (86_400 if n >= 5_000 else 0) for n, at in enumerate(before.times)]}
    )
    after = thinned(moved)
    assert max(b - a for a, b in zip(after.times, after.times[1:], strict=False)) == 86_415
    assert after.values.count(3_000.0) == after.values.count(0.0) - 1 == 3


def test_shorter_series_are_told():
    long = series([math.sin(n) for n in range(20_000)])
    made = reduced(MetricsResponse(series=[long, series([1.0])]), METRICS)
    assert isinstance(made.response, MetricsResponse)
    assert [one.reduced_from for one in made.response.series] == [20_000, 0]
    kept = len(made.response.series[0].times)
    assert made.notes == (f"1 series arrived with {kept} of 20000 samples; peaks, dips and gaps are kept",)


def test_a_series_that_was_thinned_before_keeps_its_first_count():
    twice = series([0.0] * 6_000).model_copy(update={"reduced_from": 90_000})
    assert thinned(twice).reduced_from == 90_000
