import numpy as np
import pytest
from inquest.accuracy.baselines import correlation, latest_deploy, median_iqr, n_sigma
from inquest.rca.engine import Telemetry
from inquest.rca.tables import Change, Series, Target, Window

TIMES = np.arange(200.0)
BASELINE, WINDOW = Window(0, 100), Window(100, 200)
TARGET = Target("api", "latency", 150.0)


def series(entity, metric, during, noise=1.0):
    rng = np.random.default_rng(len(entity + metric))
    return Series(entity, metric, TIMES, np.where(TIMES < 100, 10.0, during) + noise * rng.standard_normal(200))


def shop(*more, **parts):
    given = (series("api", "latency_p95", 40.0), series("db", "waiting", 500.0), series("cart", "latency_p95", 10.0))
    return Telemetry(**{"window": WINDOW, "baseline": BASELINE, "series": (*given, *more), **parts})


def names(answer):
    return [one.entity for one in answer.candidates]


@pytest.mark.parametrize("method", [n_sigma, median_iqr])
def test_scorers_put_the_largest_deviation_first(method):
    answer = method(shop(), TARGET)
    assert names(answer) == ["db", "api", "cart"]
    assert (answer.names_changes, answer.confidence) == (False, 0)


def test_only_n_sigma_counts_a_fall():
    fallen = series("cache", "hits", -5000.0)
    assert names(n_sigma(shop(fallen), TARGET))[0] == "cache"
    assert names(median_iqr(shop(fallen), TARGET))[-1] == "cache"


@pytest.mark.parametrize("method", [n_sigma, median_iqr])
def test_scorers_survive_constants_and_lost_baselines(method):
    assert names(method(shop(series("idle", "flat", 10.0, noise=0.0)), TARGET))[-1] == "idle"
    assert method(shop(baseline=None), TARGET).candidates == ()
    assert method(shop(series=()), TARGET).candidates == ()


RAMP = np.clip(TIMES - 100, 0, None)


def moving(entity, metric, values):
    rng = np.random.default_rng(len(entity + metric))
    return Series(entity, metric, TIMES, values + 0.1 * rng.standard_normal(200))


def test_correlation_follows_the_target_in_the_same_metric_and_puts_it_last():
    api, db, cart = (moving(name, "latency_p95", ramp) for name, ramp in (("api", RAMP), ("db", 5 * RAMP), ("cart", 0)))
    late = moving("late", "latency_p95", np.where(TIMES > 150, RAMP, 0))
    waiting = moving("db", "waiting", -RAMP)
    assert names(correlation(shop(series=(api, cart, late, db, waiting)), TARGET)) == ["db", "late", "api"]


def test_correlation_takes_any_metric_where_no_other_entity_has_the_same():
    api, db, cart = moving("api", "latency", RAMP), moving("db", "waiting", -RAMP), moving("cart", "items", 0)
    assert names(correlation(shop(series=(api, db, cart)), TARGET)) == ["db", "api"]


def test_the_average_is_meant_where_a_metric_has_several_statistics():
    average, p50 = moving("api", "latency_Average", RAMP), moving("api", "latency_p50", 0)
    other = moving("db", "latency_Average", RAMP)
    assert names(correlation(shop(series=(p50, average, other)), TARGET)) == ["db", "api"]


@pytest.mark.parametrize("target", [Target(), Target("api"), Target("api", "errors"), Target("nobody", "latency")])
def test_without_a_target_series_nothing_can_be_correlated(target):
    assert correlation(shop(), target).candidates == ()


def test_series_that_share_no_times_or_are_flat_or_unknown_before_score_nothing():
    api = moving("api", "latency", RAMP)
    later = Series("later", "latency", TIMES + 0.5, RAMP)
    flat = Series("flat", "latency", TIMES, np.where(TIMES < 100, 1.0, 9.0))
    unknown = Series("unknown", "latency", TIMES[100:], RAMP[100:])
    assert names(correlation(shop(series=(api, later, flat, unknown)), TARGET)) == ["flat", "later", "api"]


def test_the_reflex_blames_what_went_out_last_before_the_page():
    changes = (
        Change(50, "commit", None, "old"),
        Change(90, "deploy", "api", "old"),
        Change(120, "commit", None, "orphan"),
        Change(130, "flag", "api", "flag"),
        Change(160, "deploy", "db", "late"),
    )
    answer = latest_deploy(shop(changes=changes), TARGET)
    assert [(one.entity, one.change) for one in answer.candidates] == [("unknown", "orphan"), ("api", "old")]
    assert latest_deploy(shop(changes=changes), Target()).change == "late"
    assert latest_deploy(shop(), TARGET).change == "none"
