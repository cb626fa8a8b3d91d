import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.kinds.prometheus import PrometheusDiscovery, PrometheusQuery
from inquest.gateway.adapters.promql import POINTS_MAX, configured, discovered, grids, selector
from inquest.gateway.domain.ranges import TimeRange

DISCOVERY = PrometheusDiscovery(match='{job="node"}', quantiles=(0.5, 0.999), rate_window_s=60)


def expressions(names: list[str], types: dict[str, str], discovery=DISCOVERY, step_s: int = 15) -> dict[str, str]:
    return {one.metric: one.promql for one in discovered(discovery, names, types, step_s)}


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(1, 2e9), st.floats(0.1, 1e7)), min_size=1, max_size=3),
    st.integers(1, 300),
)
def test_points_are_bounded_and_lie_inside_the_ranges(parts, step_s):
    ranges = [TimeRange(start, start + length) for start, length in parts]
    found = grids(ranges, step_s)
    assert sum((grid.end - grid.start) // grid.step_s + 1 for grid in found) <= POINTS_MAX + len(ranges)
    for grid in found:
        assert grid.step_s % step_s == 0
        assert grid.start % grid.step_s == 0
        assert any(part.start <= grid.start and grid.end < part.end for part in ranges)


def test_short_windows_keep_the_configured_step():
    [grid] = grids([TimeRange(1000, 4600)], 15)
    assert (grid.start, grid.end, grid.step_s) == (1005, 4590, 15)


def test_a_range_shorter_than_the_step_may_hold_no_point():
    assert grids([TimeRange(1001, 1004)], 15) == []


def test_windows_in_a_configured_expression_follow_the_step():
    query = PrometheusQuery(metric="errors", promql="rate(x[$__rate_interval]) + avg_over_time(y[$__interval])")
    assert configured(query, 30).promql == "rate(x[120s]) + avg_over_time(y[30s])"


def test_types_come_from_metadata_and_names_are_only_a_guess():
    types = {"queue_count": "gauge", "handled": "counter", "lat": "histogram", "gc": "summary", "om": "counter"}
    names = [
        "queue_count", "handled", "lat_bucket", "lat_sum", "lat_count", "gc", "gc_sum", "gc_count",
        "om_total", "om_created", "unknown_total", "unknown",
    ]  # fmt: skip
    job = 'job="node"'
    assert expressions(names, types) == {
        "gc": f'{{__name__="gc",{job}}}',
        "gc_count": f'rate({{__name__="gc_count",{job}}}[60s])',
        "handled": f'rate({{__name__="handled",{job}}}[60s])',
        "lat_count": f'rate({{__name__="lat_count",{job}}}[60s])',
        "lat_p50": f'histogram_quantile(0.5, rate({{__name__="lat_bucket",{job}}}[60s]))',
        "lat_p99.9": f'histogram_quantile(0.999, rate({{__name__="lat_bucket",{job}}}[60s]))',
        "om_total": f'rate({{__name__="om_total",{job}}}[60s])',
        "queue_count": f'{{__name__="queue_count",{job}}}',
        "unknown": f'{{__name__="unknown",{job}}}',
        "unknown_total": f'rate({{__name__="unknown_total",{job}}}[60s])',
    }


def test_a_histogram_without_metadata_is_seen_by_its_parts():
    assert set(expressions(["h_bucket", "h_sum", "h_count"], {})) == {"h_p50", "h_p99.9", "h_count"}
    assert set(expressions(["worker_count", "check_sum"], {})) == {"worker_count", "check_sum"}


def test_rates_span_at_least_a_step_and_exclusions_hold():
    assert "[120s]" in expressions(["a_total"], {}, step_s=120)["a_total"]
    quiet = DISCOVERY.model_copy(update={"exclude": ("^go_", "tmp")})
    assert set(expressions(["go_threads", "my_tmp_files", "load"], {}, quiet)) == {"load"}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ('{job="a"}', '{__name__="m",job="a"}'),
        ('{job="a",}', '{__name__="m",job="a"}'),
        ("{}", '{__name__="m"}'),
        ("m", '{__name__="m"}'),
        ('m{job="a"}', '{__name__="m",job="a"}'),
        ('up{job="a{b}"}', '{__name__="m",__name__="up",job="a{b}"}'),
        ('{__name__=~"m.*"}', '{__name__="m",__name__=~"m.*"}'),
    ],
)
def test_selectors(match, expected):
    assert selector("m", match) == expected


def test_names_are_quoted():
    assert selector('a"b\\c\n', "{}") == '{__name__="a\\"b\\\\c\\n"}'
