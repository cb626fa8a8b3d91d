from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from inquest.config import Catalogue, CorrelationConfig
from inquest.config.tenant import CatalogueConfig, RecordedWindow, RecordingConfig
from inquest.contracts.errors import Impossible
from inquest.intake.domain.normalise import Context, to_signal
from inquest.intake.domain.reading import Reading

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
READING = Reading(
    key="E1",
    kind="alert",
    occurred_at=NOW - timedelta(minutes=1),
    title="Checkout is slow",
    services=(("Checkout API", "PF9KMXH"), ("cart",), ("checkuot",)),
)
CATALOGUE = CatalogueConfig.model_validate(
    {"services": [{"service_id": "checkout", "aliases": {"pagerduty": ["PF9KMXH"]}}, {"service_id": "cart"}]}
)
RECORDING = RecordingConfig.model_validate(
    {
        "pack": "/packs/one",
        "window": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-01T01:00:00Z"},
        "baseline": {"start": "2019-12-31T00:00:00Z", "end": "2020-01-01T00:00:00Z"},
    }
)


def context(**changes) -> Context:
    base = Context("acme", "pagerduty", NOW, "INGEST:7", Catalogue(CATALOGUE), CorrelationConfig())
    return replace(base, **changes)


def test_names_go_through_the_catalogue_and_unknown_ones_are_kept_and_listed():
    signal = to_signal(READING, context())
    assert signal.services == ("checkout", "cart", "checkuot")
    assert signal.unmatched == ("checkuot",)
    assert signal.payload_ref == "INGEST:7"


def test_without_a_catalogue_nothing_is_unmatched():
    signal = to_signal(READING, context(catalogue=Catalogue(CatalogueConfig())))
    assert signal.services == ("Checkout API", "cart", "checkuot")
    assert signal.unmatched == ()


def test_the_id_depends_on_tenant_source_and_delivery_alone():
    one = to_signal(READING, context()).signal_id
    assert one == to_signal(READING, context(received_at=NOW + timedelta(hours=1), payload_ref="x")).signal_id
    assert one == READING.signal_id("acme", "pagerduty")
    assert len({one, READING.signal_id("acme", "generic"), READING.signal_id("other", "pagerduty")}) == 3


@pytest.mark.parametrize(
    ("offset", "expected", "said"),
    [
        (timedelta(seconds=200), timedelta(seconds=200), ""),
        (timedelta(days=400), timedelta(), "is its clock right"),
        (-timedelta(days=400), -timedelta(days=14), "further back"),
    ],
)
def test_a_skewed_clock_is_bounded_and_said(offset, expected, said):
    signal = to_signal(replace(READING, occurred_at=NOW + offset), context())
    assert signal.occurred_at == NOW + expected
    assert said in signal.labels.get("clock_skew", "")
    assert ("clock_skew" in signal.labels) == bool(said)


def test_a_recording_lies_in_the_past_and_brings_its_windows():
    long_ago = datetime(2020, 1, 1, 0, 30, tzinfo=UTC)
    signal = to_signal(replace(READING, occurred_at=long_ago), context(recording=RECORDING))
    assert signal.occurred_at == long_ago
    assert (signal.window, signal.baseline) == (RECORDING.window, RECORDING.baseline)
    assert "clock_skew" not in signal.labels
    own = RecordedWindow(start=long_ago, end=NOW)
    assert to_signal(replace(READING, window=own), context(recording=RECORDING)).window == own


def test_what_is_passed_over_is_no_signal():
    with pytest.raises(Impossible, match="not a signal: because"):
        to_signal(replace(READING, kind=None, reason="because"), context())
