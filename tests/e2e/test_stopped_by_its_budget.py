"""An investigation that reaches a limit concludes with what there is, and says which limit it was."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from inquest.cli.client import Api
from inquest.contracts import subjects as s
from inquest.contracts.latest import InvestigationStory, Query, ToolRequest, Window, derive_id
from inquest.notifier.domain.render import report_text
from inquest.testkit.fixtures import until
from inquest.testkit.lab import BUNDLED, Lab, LabFactory

pytestmark = pytest.mark.timeout(240)


async def investigated(running: Lab, key: str, budget: Mapping[str, object], *, before: int = 0) -> InvestigationStory:
    """Start one with this budget, after a call that declares `before` tokens; returns its story once concluded."""
    (one,) = running.scenarios
    window = {"from": _iso(one.meta.window.start), "to": _iso(one.meta.window.end)}
    investigation = derive_id("investigation", one.tenant, "started", key)
    if before:
        await _spend(running, investigation, before)
    async with Api(running.system.url("api"), one.tenant) as api:
        body = {"services": ["checkout"], "budget": budget, "idempotency_key": key, **window}
        assert await api.start(body) == investigation
        found: list[InvestigationStory] = []

        async def concluded() -> bool:
            story = await api.story(investigation)
            if story is None or story.summary.state != "concluded" or not story.verdicts:
                return False
            found.append(story)
            return True

        await until(concluded, 60)
    return found[-1]


async def _spend(running: Lab, investigation: str, tokens: int) -> None:
    (one,) = running.scenarios
    span = one.meta.window
    query = Query(window=Window(start=_iso(span.start), end=_iso(span.end)))
    request = ToolRequest(
        tenant=one.tenant,
        investigation_id=investigation,
        step_id=derive_id("before", investigation),
        domain="logs",
        query=query,
        tokens=tokens,
        call_s_max=100,
    )
    await running.bus.request(s.TOOL_CALL, request, timeout_s=20, domain="logs", tenant=one.tenant)
    await running.bus.add(one.tenant, investigation, "call-ms", amount=2000)


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat()


def stopped(story: InvestigationStory) -> set[tuple[str, str, str, float]]:
    concluded = next(event.concluded for event in reversed(story.events) if event.concluded)
    return {(one.scope, one.name, one.what, one.limit) for one in concluded.stopped_by}


async def test_each_limit_stops_it_with_what_there_is(lab: LabFactory) -> None:
    running = await lab(BUNDLED)
    calls = await investigated(running, "calls", {"calls_max": 2})
    assert stopped(calls) == {("run", "", "calls", 2)}
    assert calls.verdicts[-1].stopped_by
    spend = calls.verdicts[-1].spend  # a call that no source can answer is counted, and reads nothing
    assert spend.calls == sum(one.calls for one in spend.by_provider) <= 2
    assert "made 2 of 2 calls (set by this run)" in report_text(calls, UTC)
    for what, budget in (
        ("tokens", {"tokens_max": 100}),
        ("bytes", {"bytes_max": 1}),
        ("call-time", {"call_s_max": 1}),
    ):
        story = await investigated(running, what, budget, before=100)
        (limit,) = budget.values()
        assert stopped(story) == {("run", "", what, limit)}
        assert story.verdicts[-1].spend.calls == 0
    for scope, name in (("provider", "pack"), ("capability", "collect-error-signatures")):
        share = {"scope": scope, "name": name, "bytes_max": 1}
        story = await investigated(running, scope, {"rounds_max": 1, "shares": [share | {"calls_max": 1}]})
        if scope == "provider":
            assert stopped(story) == {(scope, name, "calls", 1)} or stopped(story) == {(scope, name, "bytes", 1)}
            assert story.verdicts[-1].spend.by_provider[0].calls == 1
    await running.system.hosts["worker"].bus.drain(5)  # nobody takes a step any more
    late = await investigated(running, "duration", {"duration_s_max": 1})
    assert stopped(late) == {("run", "", "duration", 1)}
    assert "taken 1 of 1 s (set by this run)" in report_text(late, UTC)
