"""Storms of other seeds, folded in one go: as many incidents as faults, and each alert with its like."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from inquest.config import Catalogue, CorrelationConfig
from inquest.config.sources import SourceConfig
from inquest.config.tenant import CatalogueConfig
from inquest.intake.domain.normalise import Context, to_signal
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES

from scripts import storm_payloads, storm_world

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALERTS = 900
RATE = 30.0  # alerts in a second of the clock
BATCH = 5


def _signals(posts, catalogue):
    """Yield each signal once, with the number of its alert; resolutions and changes have none."""
    seen = set()
    for index, post in enumerate(posts):
        settings = SourceConfig(kind=post.source, secret="env:X")
        at = NOW + timedelta(seconds=index / RATE)
        headers = {name.lower(): value for name, value in post.headers.items()}
        context = Context("acme", post.source, at, "x", catalogue, CorrelationConfig())
        readings = [one for one in parse(post.body, SOURCES[post.source], Delivered(headers, settings, at)) if one.kind]
        numbers = post.numbers or [None] * len(readings)
        assert len(readings) == len(numbers)
        for reading, number in zip(readings, numbers, strict=True):
            signal = to_signal(reading, context)
            if signal.signal_id not in seen:
                seen.add(signal.signal_id)
                yield signal, number


def _pairs(counts) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.slow
def test_a_storm_becomes_the_incidents_that_it_really_is(folder, seed):
    world = storm_world.World(seed)
    begin = NOW - timedelta(seconds=storm_world.SPAN_S + 600)
    alerts = storm_world.alerts(world, ALERTS, begin)
    posts = storm_payloads.posts(world, alerts, ALERTS // 4)
    posts = sorted([*posts, *storm_payloads.changes(world, begin)], key=lambda post: post.at)
    services = [
        {"service_id": one.name, "dependencies": one.calls, "aliases": storm_payloads.aliases(one.name)}
        for one in world.services.values()
    ]
    catalogue = Catalogue(CatalogueConfig.model_validate({"services": services}))
    shop, rows = folder(catalogue, hold_s=5), list(_signals(posts, catalogue))
    numbers = {signal.signal_id: number for signal, number in rows}
    for start in range(0, len(rows), BATCH):
        batch = [signal for signal, _ in rows[start : start + BATCH]]
        if any(one.due_at <= batch[0].received_at for one in shop.timers.values()):
            shop.due(at=batch[0].received_at, until=batch[0].received_at)
        shop.fold(*batch)
    shop.due()
    fault_of = {alert.number: alert.fault for alert in alerts}
    groups = [[fault_of[n] for one in group if (n := numbers[one]) is not None] for group in shop.groups()]
    groups = [group for group in groups if group]
    both = sum(_pairs(Counter(group)) for group in groups)
    assert sum(map(len, groups)) == ALERTS
    assert len(groups) == len(world.faults)
    assert both / _pairs({number: len(group) for number, group in enumerate(groups)}) >= 0.99
    assert both / _pairs(Counter(fault_of.values())) >= 0.99
