import numpy as np
import pytest
from inquest.rca.changepoint import level, shift
from inquest.rca.metrics import find_symptoms
from inquest.rca.roles import meaning
from inquest.rca.tables import Series, Target, Window

BASELINE, WINDOW = Window(0, 6000), Window(6000, 12_000)


def series(values_in, entity="api", metric="latency_p99_ms", before=None):
    normal = np.array(before if before is not None else [100 + i % 3 for i in range(100)], dtype=float)
    inside = np.array(values_in, dtype=float)
    times = np.concatenate((np.arange(normal.size) * 60.0, 6000 + np.arange(inside.size) * 60.0))
    return Series(entity, metric, times, np.concatenate((normal, inside)))


def symptoms(*given, baseline=BASELINE, target=None):
    return find_symptoms(given, window=WINDOW, baseline=baseline, target=target)


def test_a_step_is_found_with_its_onset_and_size():
    (finding,) = symptoms(series([101] * 50 + [900] * 50)).findings
    assert finding.onset_at == 6000 + 50 * 60
    assert finding.features["after"] == 900
    assert finding.features["bad"] is True
    assert "rose from 101 to 900" in finding.statement


def test_what_recovers_is_a_spike_and_what_grows_is_a_ramp():
    spike = symptoms(series([101] * 50 + [900] + [101] * 49)).findings[0]
    ramp = symptoms(series([101] * 20 + list(np.linspace(110, 900, 80)))).findings[0]
    assert (spike.features["shape"], ramp.features["shape"]) == ("spike", "ramp")
    assert spike.features["persists"] is False


def test_nothing_is_found_in_noise():
    noise = np.random.default_rng(1).normal(100, 5, 200)
    assert not symptoms(series(noise[100:], before=noise[:100])).findings


def test_strength_grows_with_distance_and_stays_below_one():
    strengths = [symptoms(series([101] * 50 + [high] * 50)).findings[0].strength for high in (130, 160, 400, 1e6)]
    assert strengths == sorted(strengths)
    assert strengths[-1] < 1


def test_a_small_share_of_a_processor_hurts_less_than_a_full_one():
    before = [1.0 + i % 2 / 10 for i in range(100)]
    small = symptoms(series([1] * 50 + [4] * 50, metric="cpu_usage_percent", before=before)).findings[0]
    full = symptoms(series([1] * 50 + [99] * 50, metric="cpu_usage_percent", before=before)).findings[0]
    assert small.strength < 0.3 * full.strength


def test_falling_availability_is_bad_and_falling_latency_is_not():
    down = symptoms(series([100] * 50 + [80] * 50, metric="availability", before=[100.0] * 100)).findings[0]
    faster = symptoms(series([101] * 50 + [20] * 50)).findings[0]
    assert (down.features["bad"], faster.features["bad"]) == (True, False)


def test_losses_name_what_could_not_be_used():
    nan = series([float("nan")] * 50 + [900] * 50)
    constant = series([5] * 100, entity="b", before=[5] * 100)
    nothing = Series("c", "x", np.array([1.0]), np.array([1.0]))
    short = series([9] * 50, entity="d", before=[1, 2])
    said = " ".join(symptoms(nan, constant, nothing, short).losses)
    for part in ("50 samples are not finite", "1 series never moved", "1 series have no sample", "fewer than 4"):
        assert part in said


def test_without_a_baseline_the_first_third_of_the_window_stands_in():
    analysis = symptoms(series([101] * 50 + [900] * 50, before=[]), baseline=None)
    assert analysis.findings[0].onset_at == 6000 + 50 * 60
    assert "no baseline" in analysis.losses[0]


def test_a_series_that_appears_is_measured_from_zero():
    appeared = symptoms(series([50] * 100, before=[])).findings[0]
    assert appeared.features["appeared"] is True


def test_correlation_with_the_violated_objective_is_reported():
    shape = [101] * 50 + list(np.linspace(200, 900, 50))
    found = symptoms(series(shape), series(shape, entity="db"), target=Target("api", "latency_p99_ms"))
    by_entity = {f.entity: f for f in found.findings if f.features["detector"] == "metric"}
    assert by_entity["db"].features["correlation"] == pytest.approx(1.0)
    assert by_entity["api"].features["is_target"] is True


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("http_server_duration_p99_ms", "latency"),
        ("error_rate_5xx_ratio", "errors"),
        ("availability_Average", "success"),
        ("CpuUsageRate(%)", "saturation"),
        ("db_pool_max_conns", "limit"),
        ("requests_per_sec", "traffic"),
        ("db_query_count_per_request", "work"),
        ("http_401_unauthorized_ratio", "errors"),
        ("scrape_time", "latency"),
        ("colour", "other"),
    ],
)
def test_a_metric_is_understood_by_its_name(name, role):
    assert meaning(name).role == role


def test_a_constant_baseline_has_a_floor():
    assert shift(np.array([5.0, 5.1, 5.0]), level(np.full(10, 5.0))) is None


class TestExcess:
    """Added time and failures, as shares of what the page is about."""

    @staticmethod
    def found(values, *, calls=True, metric="latency_Average", asked="latency_Average", normal=(1.0, 1.1)):
        given = [series(v, entity=e, metric=metric, before=[*normal] * 50) for e, v in values.items()]
        if calls:
            given += [series([100] * 100, entity=e, metric="requests_Sum") for e in values]
        analysis = symptoms(*given, target=Target("web", asked, 12_000))
        return {f.entity: f for f in analysis.findings if f.features["detector"] == "excess"}

    def test_shares_are_relative_to_the_target(self):
        flat = [1.0] * 50
        found = self.found({"web": flat + [3.0] * 50, "db": flat + [2.0] * 50, "other": [1.0] * 100})
        assert found["web"].features["share"] == 1.0
        assert 0.4 < found["db"].features["share"] < 0.6
        assert "other" not in found

    def test_without_calls_shares_are_trusted_less(self):
        values = {"web": [1.0] * 50 + [3.0] * 50, "db": [1.0] * 50 + [2.0] * 50, "x": [1.0] * 100}
        assert self.found(values, calls=False)["db"].strength < self.found(values)["db"].strength

    def test_failures_are_counted_when_the_page_is_about_availability(self):
        up = {"web": [100.0] * 50 + [95.0] * 50, "db": [100.0] * 50 + [95.0] * 50, "x": [100.0] * 100}
        found = self.found(up, metric="availability", asked="availability", normal=(100, 100))
        assert "failures" in found["db"].statement

    def test_no_target_no_shares(self):
        given = [series([1.0] * 50 + [3.0] * 50, entity=e, metric="latency_Average") for e in "abc"]
        assert not [f for f in symptoms(*given).findings if f.features["detector"] == "excess"]


class TestSilence:
    """A dead process says nothing."""

    @staticmethod
    def silent(last, every=60.0, others=2):
        def reporting(entity, until):
            times = np.arange(0, until, every)
            return Series(entity, "up_time_seconds", times, np.full(times.size, 5.0))

        given = [reporting("dead", last), *(reporting(f"s{n}", 12_000) for n in range(others))]
        return [f for f in symptoms(*given).findings if f.features["detector"] == "silence"]

    def test_who_stops_reporting_while_others_go_on_is_found(self):
        (finding,) = self.silent(8000)
        assert finding.entity == "dead"
        assert finding.onset_at == 7980
        assert "silent for 3960 s" in finding.statement

    def test_a_late_sample_and_a_lone_reporter_are_not(self):
        assert not self.silent(11_800)
        assert not self.silent(8000, others=0)

    def test_who_was_silent_before_the_window_is_dated_at_its_start(self):
        assert self.silent(5000)[0].onset_at == 6000
        assert not self.silent(200)
