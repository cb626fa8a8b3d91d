from datetime import UTC, datetime

import pytest
from inquest.config import Catalogue, CorrelationConfig
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.v1.signal import Incident
from inquest.intake.domain.correlation import Rules
from inquest.intake.domain.correlation.priority import priority

SERVICES = [
    {"service_id": "front", "tier": 1},
    {"service_id": "batch", "tier": 3},
    {"service_id": "plain"},
    {"service_id": "berlin", "tier": 2, "hours": "Mon-Fri 09:00-18:00", "time_zone": "Europe/Berlin"},
    *({"service_id": f"s{number}"} for number in range(5)),
]
RULES = Rules(CorrelationConfig(), Catalogue(CatalogueConfig.model_validate({"services": SERVICES})))
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday


def of(severity: str, services: str, at: datetime = NOON):
    incident = Incident(
        incident_id="i",
        tenant="t",
        severity=severity,
        title="x",
        services=tuple(services.split()),
        opened_at=at,
        updated_at=at,
    )
    return priority(incident, RULES)


@pytest.mark.parametrize(
    ("severity", "services", "expected"),
    [
        ("critical", "plain", ("p1", "critical")),
        ("high", "plain", ("p2", "high")),
        ("high", "front plain", ("p1", "high; tier 1: front")),
        ("medium", "batch", ("p4", "medium; tier 3")),
        ("medium", "batch front", ("p2", "medium; tier 1: front")),
        ("high", "s0 s1 s2 s3 s4", ("p1", "high; 5 services")),
        ("critical", "front s0 s1 s2 s3", ("p1", "critical; tier 1: front; 5 services")),
        ("info", "batch", ("p5", "info; tier 3")),
        ("low", "", ("p4", "low")),
    ],
)
def test_severity_tier_and_breadth_make_the_priority(severity, services, expected):
    assert of(severity, services) == expected


@pytest.mark.parametrize(
    ("at", "is_off"),
    [
        (datetime(2026, 3, 4, 8, 0, tzinfo=UTC), False),  # 09:00 in winter
        (datetime(2026, 3, 4, 7, 59, tzinfo=UTC), True),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), False),  # 09:00 in summer
        (datetime(2026, 7, 1, 16, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 7, 10, 0, tzinfo=UTC), True),  # a Saturday
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), True),  # in the night that has no 02:30
    ],
)
def test_hours_are_those_of_the_owners_through_summer_and_winter(at, is_off):
    assert of("high", "berlin", at) == (("p3", "high; outside the owners' hours") if is_off else ("p2", "high"))
    assert of("critical", "berlin", at)[0] == "p1"
    assert of("high", "berlin front", at)[0] == "p1"
