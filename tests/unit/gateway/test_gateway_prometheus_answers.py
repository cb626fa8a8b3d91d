import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue
from inquest.config.kinds.prometheus import PrometheusDiscovery, PrometheusQuery
from inquest.config.tenant import CatalogueConfig
from inquest.gateway.adapters.prometheus_answers import Answers, matrix, metric_types, parse
from inquest.gateway.adapters.promql import Measure
from inquest.gateway.ports import ProviderError

CATALOGUE = Catalogue(
    CatalogueConfig.model_validate({"services": [{"service_id": "checkout", "aliases": {"prometheus": ["chk-svc"]}}]})
)


def measure(**mapping) -> Measure:
    query = PrometheusQuery(metric="errors", promql="x", unit="1/s", **mapping)
    return Measure("errors", "x", "1/s", query)


def body(data: object) -> bytes:
    return json.dumps({"status": "success", "data": data}).encode()


def series_of(*series: tuple[dict, list]) -> dict:
    return {"resultType": "matrix", "result": [{"metric": labels, "values": values} for labels, values in series]}


def answers(services=(), series_max=100, points_max=1000) -> Answers:
    return Answers(CATALOGUE, frozenset(services), series_max, points_max)


def taken(data: dict, asked: Measure | None = None, **limits) -> Answers:
    found = answers(**limits)
    found.take(asked or measure(), matrix(body(data))[0])
    return found


def test_a_series_keeps_service_instance_node_and_its_other_labels():
    labels = {"service": "chk-svc", "instance": "i1", "zone": "z", "job": "j", "__name__": "x", "code": "500"}
    [series] = taken(series_of((labels, [[1, "2"]])), measure(node_label="zone")).series.values()
    assert (series.service, series.instance, series.node, series.unit) == ("checkout", "i1", "z", "1/s")
    assert series.metric == 'errors{code="500"}'
    assert (series.times, series.values) == ([1.0], [2.0])


def test_a_template_names_the_service():
    mapped = measure(service="{namespace}-{app}", instance_label=None)
    found = taken(series_of(({"namespace": "shop", "app": "cart"}, [[1, "2"]]), ({"app": "cart"}, [[1, "2"]])), mapped)
    assert [one.service for one in found.series.values()] == ["shop-cart"]
    assert found.problems == ["errors: 1 series without '{namespace}-{app}' were left out"]
    constant = taken(series_of(({}, [[1, "2"]])), measure(service="db"))
    assert [one.service for one in constant.series.values()] == ["db"]


def test_an_expression_that_yields_nothing_is_reported():
    assert taken(series_of()).problems == ["errors: no series"]


def test_series_without_a_service_are_reported():
    found = taken(series_of(({"app": "cart"}, [[1, "2"]])))
    assert found.series == {}
    assert found.problems == ["errors: 1 series without 'service' were left out"]


def test_nan_and_infinity_are_missing_samples():
    [series] = taken(series_of(({"service": "a"}, [[1, "NaN"], [2, "+Inf"], [3, "-Inf"], [4, "1e3"]]))).series.values()
    assert series.values == [None, None, None, 1000.0]


def test_only_the_services_asked_for_are_taken():
    found = taken(
        series_of(({"service": "a"}, [[1, "1"]]), ({"service": "chk-svc"}, [[1, "1"]])), services=("checkout",)
    )
    assert [one.service for one in found.series.values()] == ["checkout"]


def test_two_ranges_are_joined_and_a_clash_is_reported():
    found = answers()
    found.take(measure(), matrix(body(series_of(({"service": "a"}, [[1, "1"]]))))[0])
    found.take(measure(), matrix(body(series_of(({"service": "a"}, [[9, "2"]]))))[0])
    found.take(measure(), matrix(body(series_of(({"service": "a"}, [[9, "3"]]))))[0])
    [series] = found.series.values()
    assert (series.times, series.values) == ([1.0, 9.0], [1.0, 2.0])
    assert found.problems == ["errors of a: two series look the same, one was taken; aggregate them"]


def test_limits_on_series_and_samples_are_visible():
    many = series_of(*(({"service": f"s{i}"}, [[1, "1"], [2, "1"]]) for i in range(5)))
    few = taken(many, series_max=2)
    assert (len(few.series), few.cut, few.problems) == (2, True, ["errors: 5 series, 2 were taken"])
    short = taken(many, points_max=5)
    assert (len(short.series), short.cut) == (2, True)
    assert short.problems == ["more than 5 samples: the rest was left out"]


@pytest.mark.parametrize(
    "data",
    [
        {"resultType": "vector", "result": []},
        {"resultType": "matrix", "result": None},
        None,
        [],
        series_of(({"service": "a"}, [[1, "two"]])),
        series_of(({"service": "a"}, [[1]])),
        {"resultType": "matrix", "result": ["x"]},
        {"resultType": "matrix", "result": [{"values": []}]},
    ],
)
def test_answers_of_another_shape_are_refused(data):
    with pytest.raises(ProviderError) as failed:
        taken(data)
    assert not failed.value.passing


@pytest.mark.parametrize(
    ("answer", "says", "passing"),
    [
        (b"<html>", "is this address a Prometheus", False),
        (b"[]", "is this address a Prometheus", False),
        (b'{"a": 1}', "is this address a Prometheus", False),
        (b'{"status":"error","errorType":"bad_data","error":"parse error"}', "bad_data: parse error", False),
        (b'{"status":"error","errorType":"timeout","error":"query timed out"}', "timeout: query", True),
    ],
)
def test_errors_say_what_is_wrong(answer, says, passing):
    with pytest.raises(ProviderError, match=says) as failed:
        parse(answer)
    assert failed.value.passing is passing


def test_warnings_are_passed_on():
    assert parse(b'{"status":"success","data":1,"warnings":["slow"]}') == (1, ["slow"])


LABELS = st.dictionaries(st.sampled_from(["service", "code", "instance", "__name__"]), st.text(max_size=5))
SAMPLES = st.lists(st.tuples(st.integers(0, 10**9), st.floats().map(str)), unique_by=lambda one: one[0], max_size=8)


@settings(max_examples=50)
@given(st.lists(st.tuples(LABELS, SAMPLES.map(sorted)), max_size=5))
def test_whatever_prometheus_sends_becomes_series_of_finite_ascending_samples(rows):
    data = series_of(*((labels, list(map(list, samples))) for labels, samples in rows))
    found = taken(data, Measure("m", "m", "", PrometheusDiscovery(match="{}")))
    for series in found.series.values():
        assert series.service
        assert series.times == sorted(set(series.times))
        assert len(series.times) == len(series.values)
        assert all(value is None or math.isfinite(value) for value in series.values)


def test_metadata_of_another_shape_is_passed_over():
    assert metric_types({"a": [{"type": "gauge"}], "b": [], "c": "x", "d": [1], "e": [{}]}) == {"a": "gauge", "e": ""}
    assert metric_types(None) == {}
