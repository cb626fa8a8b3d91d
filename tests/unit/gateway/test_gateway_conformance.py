"""The checks notice: each lie of a provider fails the check that is there for it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint, EntryPoints

import pytest
from inquest.config import providers as config_providers
from inquest.config.kinds.loki import LokiProvider, LokiSettings
from inquest.contracts.latest import LogsRequest, LogsResponse, Window
from inquest.gateway.adapters import registry
from inquest.gateway.adapters.kit import interfaces
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import ProviderError

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
REQUEST = LogsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=10)))
CONFIG = LokiProvider(name="liar", kind="loki", settings=LokiSettings(url="http://loki:3100", selector="{a='b'}"))
Change = Callable[[LogsRequest, list[tuple[float, str]]], list[tuple[float, str]]]


class Liar:
    """Serves twenty lines of two services, after a change that makes it wrong."""

    def __init__(self, **lies) -> None:
        self.lies = lies
        self.lines = [(T0.timestamp() + 30 * number, ("cart", "checkout")[number % 2]) for number in range(20)]

    def describe(self):
        described = interfaces(CONFIG, health_probe="GET /")
        return () if "undescribed" in self.lies else described

    async def probe(self) -> None:
        if "ill" in self.lies:
            raise ProviderError("unreachable", "nobody there")

    async def call(self, request, context) -> Fetched:
        if "slow" in self.lies:
            await asyncio.sleep(60)
        if "bug" in self.lies:
            raise KeyError("oops")
        if not isinstance(request, LogsRequest):
            raise ProviderError(self.lies.get("other", "unsupported"), f"no {context.domain}")
        asked = request if "no_pages_kept" not in self.lies else request.model_copy(update={"cursor": ""})
        rows = [row for row in self.lines if any(one.start <= row[0] < one.end for one in ranges(request))]
        rows = [row for row in rows if not request.services or row[1] in request.services]
        rows = self.lies.get("change", lambda _, same: same)(request, rows)
        paged = page(rows, asked)
        response = LogsResponse(
            times=[time for time, _ in paged.rows],
            services=[service for _, service in paged.rows],
            severities=["info"] * (len(paged.rows) + self.lies.get("longer", 0)),
            messages=["line"] * len(paged.rows),
            trace_ids=[None] * len(paged.rows),
            span_ids=[None] * len(paged.rows),
            truncated=paged.left > 0 and "silent" not in self.lies,
            next_cursor=paged.next_cursor if "silent" not in self.lies else "",
        )
        return Fetched(response, "" if "mute" in self.lies else "all")


async def failed(**lies) -> set[str]:
    findings = await examine(Trial(Liar(**lies), "logs", REQUEST))
    assert all(one.reason for one in findings if one.verdict == "failed")
    return {one.check for one in findings if one.verdict == "failed"}


async def test_an_honest_provider_passes():
    assert await failed() == set()


def of_cart_one_less(asked, rows):
    return rows[:-1] if asked.services[:1] == ("cart",) else rows


def of_nobody(asked, rows):
    return [(time, "else") for time, _ in rows] if asked.services else rows


@pytest.mark.parametrize(
    ("lies", "check"),
    [
        ({"undescribed": True}, "it describes itself"),
        ({"ill": True}, "it is well"),
        ({"mute": True}, "it answers"),
        ({"bug": True}, "it answers"),
        ({"longer": 1}, "it answers"),
        ({"change": lambda _, rows: []}, "it answers"),
        ({"change": lambda _, rows: rows[::-1]}, "rows are in order"),
        ({"change": lambda _, rows: [*rows, (T0.timestamp() + 600, "cart")]}, "the window is kept"),
        ({"change": lambda _, rows: [(time * 1000, one) for time, one in rows]}, "the window is kept"),
        (
            {"change": lambda asked, rows: rows[:-1] if asked.window.start > T0 else rows},
            "a part of the window holds a part of the rows",
        ),
        ({"change": lambda _, rows: rows or [(T0.timestamp(), "cart")]}, "an empty window is an answer"),
        ({"no_pages_kept": True}, "pages lead to the end"),
        ({"silent": True}, "what is cut is marked"),
        ({"change": of_cart_one_less}, "the same question has the same answer"),
        ({"change": of_nobody}, "services are kept"),
        ({"other": "malformed"}, "other domains are unsupported"),
        ({"no_pages_kept": True}, "a strange cursor is refused"),
    ],
)
async def test_a_lie_is_noticed(lies, check):
    assert check in await failed(**lies)


async def test_a_provider_that_never_ends_breaks_the_deadline():
    from inquest.gateway.conformance import checks

    findings = await examine(Trial(Liar(slow=True), "logs", REQUEST), [checks.the_deadline_is_kept])
    assert (findings[0].verdict, findings[0].check) == ("failed", "the deadline is kept")


def test_a_package_of_others_brings_a_kind(monkeypatch):
    def offered(*, group: str, name: str = "zorg") -> EntryPoints:
        where = {"inquest.providers": f"{__name__}:offer", "inquest.provider_settings": f"{__name__}:Zorg"}[group]
        return EntryPoints([EntryPoint(name, where, group)] if name == "zorg" else [])

    monkeypatch.setattr(registry, "entry_points", offered)
    monkeypatch.setattr(config_providers, "entry_points", offered)
    monkeypatch.setattr(EntryPoint, "load", lambda entry: globals()[entry.value.partition(":")[2]])
    assert registry.builder.__wrapped__("zorg") is offer
    assert list(config_providers._found())[-1] is Zorg


class Zorg(LokiProvider):
    """Settings of a kind from elsewhere."""


def offer(*_: object) -> Liar:
    return Liar()


async def test_a_source_that_answers_badly_is_asked_on_though_its_probe_fails():
    nothing = {"change": lambda _asked, _rows: []}
    asked = await examine(Trial(Liar(ill=True, **nothing), "logs", REQUEST))
    assert {one.check: one.error for one in asked[:3]} == {
        "it describes itself": "",
        "it is well": "unreachable",
        "it answers": "",  # there was an answer, and nothing in it
    }
    assert not any("neither well" in one.reason for one in asked)
    mute = await examine(Trial(Liar(ill=True, bug=True), "logs", REQUEST))
    assert {one.reason for one in mute[3:]} == {"it is neither well nor answers"}
    assert mute[2].error == "KeyError"
