"""How a worker waits for an answer of the gateway: late ones count, and lost ones are asked for again."""

import asyncio

import pytest
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.latest import CapabilityTask, ToolRequest, ToolResult
from inquest.contracts.subjects import TOOL_CALL
from inquest.contracts.topology import PAYLOADS
from inquest.testkit.fixtures import until
from inquest.worker.adapters import gateway as adapter
from inquest.worker.adapters.gateway import GatewayTools

TASK = CapabilityTask.model_validate(
    {
        "step_id": "s1",
        "tenant": "acme",
        "investigation_id": "i1",
        "capability_id": "collect-symptoms",
        "window": {"start": "2026-01-01T12:00:00Z", "end": "2026-01-01T12:10:00Z"},
        "baseline": {"start": "2026-01-01T11:00:00Z", "end": "2026-01-01T12:00:00Z"},
    }
)


class Gateway:
    """Answers each request when it is told to."""

    def __init__(self) -> None:
        self.asked: list[asyncio.Future[str]] = []

    async def answer(self, request: ToolRequest) -> ToolResult:
        self.asked.append(asyncio.get_running_loop().create_future())
        reason = await self.asked[-1]
        return ToolResult(call_id="c", domain=request.domain, status="unavailable", reason=reason)


@pytest.fixture
def gateway(memory_bus, monkeypatch):
    monkeypatch.setattr(adapter, "PATIENCE_S", 0.02)
    made = Gateway()
    memory_bus.reply(TOOL_CALL, made.answer)
    return made


@pytest.fixture
async def asking(memory_bus, gateway):
    tools = GatewayTools(memory_bus, memory_bus.objects(PAYLOADS))
    task = asyncio.create_task(tools.ask(TASK, "logs", timeout_s=20))
    yield task
    task.cancel()


async def test_an_answer_that_comes_late_is_taken_although_it_was_asked_for_again(gateway, asking):
    await until(lambda: len(gateway.asked) == 3)
    gateway.asked[0].set_result("the first, late")
    assert (await asking).result.reason == "the first, late"
    assert all(one.cancelled() for one in gateway.asked[1:])


async def test_an_answer_that_was_lost_is_asked_for_again(gateway, asking):
    await until(lambda: len(gateway.asked) == 2)
    gateway.asked[1].set_result("the second")
    assert (await asking).result.reason == "the second"


async def test_who_is_put_off_asks_the_same_again(gateway, asking):
    await until(lambda: bool(gateway.asked))
    gateway.asked[0].set_exception(RetryLater("another gateway makes it"))
    await until(lambda: len(gateway.asked) > 1)
    gateway.asked[-1].set_result("made")
    assert (await asking).result.reason == "made"


async def test_what_can_never_be_answered_is_not_asked_again(gateway, asking):
    await until(lambda: bool(gateway.asked))
    gateway.asked[0].set_exception(Impossible("no such domain"))
    answer = await asking
    assert (answer.failure, answer.is_away) == ("no answer: no such domain", False)
