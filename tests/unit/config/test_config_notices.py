"""Rules, windows and escalation in inquest.yaml."""

from datetime import UTC, datetime, timedelta

import pytest
from inquest.config import TenantConfig
from inquest.config.notices import EscalationConfig, MaintenanceWindow
from pydantic import ValidationError

NOW = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
CHANNELS = [{"id": "ops", "kind": "terminal"}]


def tenant(**notices):
    return TenantConfig.model_validate({"channels": CHANNELS, "notices": notices})


@pytest.mark.parametrize(
    ("notices", "says"),
    [
        ({"rules": [{"name": "a", "channels": ["nowhere"]}]}, "no channel nowhere"),
        ({"otherwise": ["nowhere"]}, "no channel nowhere"),
        ({"escalation": {"channels": ["nowhere"]}}, "no channel nowhere"),
        ({"rules": [{"name": "a", "channels": ["ops"]}] * 2}, "rule named twice: a"),
        ({"rules": [{"name": "a", "channels": []}]}, "at least 1 item"),
        ({"windows": [{"name": "a", "reason": "x"}]}, "give when, or start and end"),
        ({"windows": [{"name": "a", "reason": "x", "when": "soon"}]}, "write it like"),
        (
            {"windows": [{"name": "a", "reason": "x", "start": NOW, "end": NOW - timedelta(hours=1)}]},
            "end must be after start",
        ),
    ],
)
def test_what_is_wrong_is_named(notices, says):
    with pytest.raises(ValidationError, match=says):
        tenant(**notices)


def test_low_confidence_wakes_somebody_by_default():
    rules = EscalationConfig()
    assert rules.bands == ("undetermined",)
    assert set(rules.reasons) == {"low-confidence", "refused", "timed-out", "failed", "stalled"}
    assert tenant().notices.rules == ()


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ({"start": NOW, "end": NOW + timedelta(hours=1)}, NOW + timedelta(hours=1)),
        ({"start": NOW + timedelta(seconds=1), "end": NOW + timedelta(hours=1)}, None),
        ({"start": NOW - timedelta(hours=1), "end": NOW}, None),
        ({"when": "Sun 02:00-04:00 Europe/Berlin"}, NOW + timedelta(minutes=90)),
        ({"when": "Sun 02:00-04:00 Europe/Berlin", "start": NOW + timedelta(days=1)}, None),
        ({"when": "Sun 02:00-04:00 Europe/Berlin", "end": NOW + timedelta(minutes=5)}, NOW + timedelta(minutes=5)),
    ],
)
def test_a_window_is_once_or_every_week_for_a_while(given, ends):
    assert MaintenanceWindow.model_validate({"name": "a", "reason": "x", **given}).ends_at(NOW) == ends
