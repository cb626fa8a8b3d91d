import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from inquest.contracts.latest import LogsRequest, LogsResponse, MetricsResponse, SeriesData, TracesResponse, Window
from inquest.gateway.board import HealthBoard
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.retry import RetryPolicy
from inquest.gateway.ports import Context, Interface, ProviderError
from inquest.gateway.reader import Reader

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
QUERY = LogsRequest(window=Window(start=T0, end=T0))
ANSWER = Fetched(LogsResponse(), "all logs")


GONE = ProviderError("unreachable", "refused")


@dataclass
class ScriptedProvider:
    """Does what its script says, one line per call; the last line repeats."""

    script: list[Fetched | Exception | float]
    asked: int = 0
    pinged: list[Exception] = field(default_factory=list)

    async def call(self, _request: LogsRequest, context: Context) -> Fetched:
        assert context.left_s() > 0
        line = self.script[min(self.asked, len(self.script) - 1)]
        self.asked += 1
        if isinstance(line, float):
            await asyncio.sleep(line)
            return ANSWER
        if isinstance(line, Exception):
            raise line
        return line

    def describe(self):
        return ()

    async def probe(self) -> None:
        if self.pinged:
            raise self.pinged.pop(0)


def interface(name: str, *script, **rules) -> Interface:
    return Interface(f"acme/{name}", name, frozenset({"logs"}), ScriptedProvider(list(script)), **rules)


@pytest.fixture
def reader() -> Reader:
    return Reader(HealthBoard(), RetryPolicy(delay_s_first=0.001, delay_s_max=0.002))


async def read(reader: Reader, *interfaces: Interface, left_s: float = 5.0):
    return await reader.read(interfaces, QUERY, tenant="acme", domain="logs", left_s=left_s)


async def test_a_passing_failure_is_tried_again(reader):
    loki = interface("loki", ProviderError("retryable", "reset"), ANSWER, retries_max=1)
    reading = await read(reader, loki)
    assert (reading.status, reading.provider) == ("ok", "loki")
    assert [(one.status, one.reason) for one in reading.attempts] == [("failed", "reset"), ("ok", "")]


async def test_retries_end_and_the_next_provider_serves_degraded(reader):
    first = interface("first", ProviderError("retryable", "reset"), retries_max=2, priority=200, failures_max=9)
    reading = await read(reader, interface("second", ANSWER), first)
    assert first.provider.asked == 3
    assert (reading.status, reading.provider, reading.reason) == ("degraded", "second", "first: reset")
    assert [one.provider for one in reading.attempts] == ["first"] * 3 + ["second"]


async def test_what_cannot_pass_is_not_tried_again_and_costs_no_health(reader):
    loki = interface("loki", ProviderError("auth", "wrong token"), retries_max=5, failures_max=1)
    reading = await read(reader, loki)
    assert (loki.provider.asked, reading.status, reading.reason) == (1, "failed", "loki: wrong token")
    assert (await reader.health.get(loki)).failures == 0


async def test_a_slow_provider_times_out_and_falls_back(reader):
    slow = interface("slow", 60.0, timeout_s=0.02, retries_max=0, priority=200)
    reading = await read(reader, slow, interface("quick", ANSWER))
    assert [one.status for one in reading.attempts] == ["timeout", "ok"]
    assert reading.status == "degraded"


async def test_the_time_of_the_call_bounds_everything(reader):
    slow = interface("slow", 60.0, retries_max=5)
    reading = await read(reader, slow, interface("spare", ANSWER, priority=1), left_s=0.05)
    assert reading.status == "failed"
    assert "spare: not asked, the call's time is up" in reading.reason


async def test_nothing_of_the_kind_is_no_fault(reader):
    pack = interface("pack", ProviderError("unsupported", "this pack has no flags"), retries_max=3)
    reading = await read(reader, pack)
    assert (pack.provider.asked, reading.status, reading.reason) == (1, "unavailable", "this pack has no flags")
    assert (await reader.health.get(pack)).failures == 0


async def test_an_unhealthy_provider_is_passed_over_until_its_rest_is_over(reader):
    first = interface("first", GONE, retries_max=0, priority=200, failures_max=2, reset_s=60)
    spare = interface("spare", ANSWER)
    for _ in range(2):
        await read(reader, first, spare)
    reading = await read(reader, first, spare)
    assert first.provider.asked == 2
    assert [one.status for one in reading.attempts] == ["unhealthy", "ok"]
    assert reading.reason == "first: unhealthy after 2 failures, the last: refused"
    assert reading.status == "degraded"


async def test_after_its_rest_one_answer_makes_it_healthy_again(reader):
    first = interface("first", GONE, ANSWER, retries_max=0, failures_max=1, reset_s=0.0)
    assert (await read(reader, first)).status == "failed"
    assert (await read(reader, first)).status == "ok"
    assert (await reader.health.get(first)).failures == 0


async def test_a_bug_in_a_provider_does_not_cost_the_answer_of_the_next(reader):
    broken = interface("broken", KeyError("oops"), priority=200)
    reading = await read(reader, broken, interface("spare", ANSWER))
    assert (reading.status, reading.reason) == ("degraded", "broken: bug in the provider: KeyError")


async def test_reasons_are_redacted_and_cut(reader):
    noisy = interface("noisy", ProviderError("retryable", "http://u:hunter2@h " + "x" * 5000), retries_max=0)
    reading = await read(reader, noisy)
    assert "hunter2" not in reading.reason
    assert len(reading.reason) < 600


async def test_providers_of_other_services_are_not_asked(reader):
    query = QUERY.model_copy(update={"services": ("checkout",)})
    other = interface("other", ANSWER, services=frozenset({"cart"}))
    reading = await reader.read([other], query, tenant="acme", domain="logs", left_s=1.0)
    assert (reading.status, reading.reason) == ("unavailable", "no provider configured for these services")


async def test_an_answer_about_some_of_the_services_is_degraded(reader):
    query = QUERY.model_copy(update={"services": ("cart", "checkout")})
    narrow = interface("narrow", ANSWER, services=frozenset({"cart"}))
    reading = await reader.read([narrow], query, tenant="acme", domain="logs", left_s=1.0)
    assert (reading.status, reading.reason) == ("degraded", "narrow does not know checkout")


async def test_probes_open_and_close_the_circuit(reader):
    loki = interface("loki", ANSWER, failures_max=1, reset_s=60)
    loki.provider.pinged += [GONE]
    await reader.probe(loki)
    assert (await read(reader, loki)).status == "failed"
    await reader.probe(loki)
    assert (await read(reader, loki)).status == "ok"
    await reader.health.failed(loki, "x")
    reader.health.keep(frozenset())
    assert (await reader.health.get(loki)).failures == 0


@pytest.mark.parametrize(
    "response",
    [
        LogsResponse(times=[1.0], services=[], severities=["error"], messages=["boom"]),
        LogsResponse(times=[1.0], services=["a"], severities=["error"], messages=["boom"], trace_ids=["t", "u"]),
        TracesResponse(trace_ids=["t"], span_ids=["s"]),
        MetricsResponse(series=[SeriesData(service="a", metric="m", times=[1.0, 2.0], values=[3.0])]),
    ],
)
async def test_an_answer_that_does_not_fit_together_does_not_cost_the_answer_of_the_next(reader, response):
    lies = interface("lies", Fetched(response, "q"), priority=200)
    reading = await read(reader, lies, interface("honest", ANSWER))
    assert (reading.provider, reading.status) == ("honest", "degraded")
    assert reading.attempts[0].error == "malformed"
    assert "does not fit together" in reading.faults[0]
