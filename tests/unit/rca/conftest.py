"""A small synthetic shop with an incident in it, for the tests of the cause engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from inquest.rca.engine import Telemetry
from inquest.rca.tables import Change, Edge, Pattern, Series, Target, Window

START = 1_700_000_000.0
ONSET = START + 7200.0
MINUTES = 180


def step(entity: str, metric: str, low: float, high: float, *, onset: float = ONSET, seed: int = 0) -> Series:
    rng = np.random.default_rng([seed, *map(ord, entity + metric)])
    times = START + np.arange(MINUTES) * 60.0
    values = np.where(times >= onset, high, low) * (1 + 0.05 * rng.standard_normal(MINUTES))
    return Series(entity, metric, times, np.abs(values))


@dataclass(frozen=True)
class Shop:
    """frontend calls api and cart; api calls db. The page is about api."""

    series: tuple[Series, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    changes: tuple[Change, ...] = ()
    edges: tuple[Edge, ...] = (Edge("frontend", "api"), Edge("frontend", "cart"), Edge("api", "db"))
    target: Target = field(default_factory=lambda: Target("api", "http_server_duration_p99_ms", ONSET + 300))

    def telemetry(self) -> Telemetry:
        return Telemetry(
            window=Window(START + 3600, START + MINUTES * 60),
            baseline=Window(START, START + 3600),
            series=self.series,
            patterns=self.patterns,
            changes=self.changes,
            edges=self.edges,
        )

    def shipped(self, ref: str, diff: str | None, path: str, *, before_s: float = 600, on: str = "api") -> "Shop":
        made = ONSET - before_s - 60
        commit = Change(made, "commit", None, ref, "a", "refactor: tidy", (path,), diff)
        deploy = Change(ONSET - before_s, "deploy", on, ref, to="v1")
        return replace(self, changes=(*self.changes, commit, deploy))

    def logged(self, *lines: tuple[str, str, float]) -> "Shop":
        patterns = tuple(Pattern(entity, text, count, count) for entity, text, count in lines)
        return replace(self, patterns=(*self.patterns, *patterns))

    def measured(self, *more: Series) -> "Shop":
        return replace(self, series=(*self.series, *more))


def slow_api(extra: Sequence[Series] = ()) -> Shop:
    return Shop(
        series=(
            step("api", "http_server_duration_p99_ms", 100, 3000),
            step("frontend", "http_server_duration_p99_ms", 200, 3200),
            step("cart", "http_server_duration_p99_ms", 150, 150),
            step("db", "http_server_duration_p99_ms", 10, 10),
            *extra,
        )
    )


@pytest.fixture
def shop() -> Shop:
    return slow_api()


@pytest.fixture
def stepped() -> Callable[..., Series]:
    return step
