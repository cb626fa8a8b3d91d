import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from inquest.bus.bus import Bus
from inquest.bus.port import AlreadyRecorded, Delivery, Outgoing, Published
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply, drift
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict, Impossible, NotFound, RetryLater
from inquest.contracts.latest import (
    DeadlineReached,
    Feedback,
    Focus,
    Query,
    StartInvestigation,
    ToolRequest,
    ToolResult,
    Window,
)
from inquest.contracts.topology import GATEWAY_JOURNAL, PAYLOADS, Consumer, consumer
from inquest.testkit.fixtures import BusFactory, running, until

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
WINDOW = Window(start=NOW, end=NOW + timedelta(minutes=5))
KEYS = {"tenant": "acme", "investigation": "i1"}


def feedback(number: int = 1) -> Feedback:
    return Feedback(
        feedback_id=f"f{number}",
        tenant="acme",
        investigation_id="i1",
        judgement="right",
        given_by="ann",
        given_at=NOW,
    )


def start(title: str = "slow checkout") -> StartInvestigation:
    return StartInvestigation(
        tenant="acme", investigation_id="i1", title=title, focus=Focus(), window=WINDOW, requested_by="ann"
    )


async def test_topology_is_idempotent_and_drift_is_seen(bus: Bus) -> None:
    assert {row.state for row in await drift(bus.connection)} == {"same"}
    await bus.connection.js.delete_consumer("STEPS", "worker-collect-symptoms")
    config = (await bus.connection.js.stream_info("SIGNALS")).config
    config.max_bytes = 12345
    await bus.connection.js.update_stream(config)
    found = {row.name: row for row in await apply(bus.connection) if row.state != "same"}
    assert found["worker-collect-symptoms"].state == "missing"
    assert found["SIGNALS"].fields[0].startswith("max_bytes: 12345")
    assert {row.state for row in await drift(bus.connection)} == {"same"}


async def test_dedup_and_compare_and_set(bus: Bus) -> None:
    first = await bus.publish(s.FEEDBACK_GIVEN, feedback(), msg_id="f1", expect_last=0, **KEYS)
    again = await bus.publish(s.FEEDBACK_GIVEN, feedback(), msg_id="f1", **KEYS)
    assert (again.seq, again.duplicate) == (first.seq, True)
    with pytest.raises(Conflict):
        await bus.publish(s.FEEDBACK_GIVEN, feedback(2), msg_id="f2", expect_last=0, **KEYS)
    await bus.publish(s.FEEDBACK_GIVEN, feedback(2), msg_id="f3", expect_last=first.seq, **KEYS)
    stored = await bus.read(s.FEEDBACK_GIVEN, **KEYS)
    assert [row.message.feedback_id for row in stored] == ["f1", "f2"]
    last = await bus.last(s.FEEDBACK_GIVEN, **KEYS)
    assert last is not None
    assert last.message == feedback(2)
    assert await bus.last(s.FEEDBACK_GIVEN, tenant="acme", investigation="none") is None
    assert await bus.read(s.FEEDBACK_GIVEN, tenant="acme", investigation="none") == []
    assert await bus.subjects(s.FEEDBACK_GIVEN, tenant="acme") == {"evt.feedback.given.v1.acme.i1": 2}


async def test_a_batch_is_all_or_nothing(bus: Bus) -> None:
    def items(condition: int) -> list[Outgoing]:
        keys = {**KEYS, "step": "s1"}
        parts = [Outgoing(s.EVIDENCE_COLLECTED, feedback(n), keys, msg_id=f"e{condition}{n}") for n in range(3)]
        return [*parts, Outgoing(s.STEP_FINISHED, feedback(), keys, expect_last=0)]

    await bus.publish_batch(items(0))
    before = (await bus.connection.js.stream_info("EVIDENCE")).state.messages
    with pytest.raises(AlreadyRecorded):
        await bus.publish_batch(items(1))
    with pytest.raises(AlreadyRecorded):
        await bus.publish_batch(items(0))
    assert (await bus.connection.js.stream_info("EVIDENCE")).state.messages == before == 4


async def test_a_failing_handler_is_retried_with_delay_then_buried(bus: Bus) -> None:
    attempts: list[float] = []
    loop = asyncio.get_running_loop()

    async def handler(message: StartInvestigation, delivery: Delivery) -> None:
        attempts.append(loop.time())
        raise RetryLater(f"not yet, {message.title}")

    bus.handle(dataclasses.replace(consumer("planner-commands"), deliver_max=6), handler)
    async with running(bus):
        await bus.publish(s.INVESTIGATION_START, start(), msg_id="c1", **KEYS)
        await until(lambda: has_dead(bus, 1))
    assert len(attempts) == 4  # two deliveries before the limit of six
    gaps = [after - before for before, after in pairwise(attempts)]
    assert gaps == sorted(gaps)
    assert gaps[0] >= 0.2


async def has_dead(bus: Bus, count: int) -> bool:
    return (await bus.connection.js.stream_info("DEAD")).state.messages >= count


async def test_garbage_and_impossible_are_buried_at_once_and_bugs_retried(bus: Bus) -> None:
    calls: list[str] = []

    async def handler(message: StartInvestigation, delivery: Delivery) -> None:
        calls.append(message.title)
        if message.title == "bad":
            raise Impossible("a bad one")
        if delivery.attempt == 1:
            raise ValueError("a bug that passes")

    bus.handle(consumer("planner-commands"), handler)
    async with running(bus):
        await bus.publish(s.INVESTIGATION_START, b"{not json", **KEYS)
        await bus.publish(s.INVESTIGATION_START, start("bad"), **KEYS)
        await bus.publish(s.INVESTIGATION_START, start("good"), **KEYS)
        await until(lambda: has_dead(bus, 2))
        await until(lambda: calls.count("good") == 2)
        await until(lambda: stream_is_empty(bus, "COMMANDS"))
    letters = [row async for batch in bus.replay("DEAD") for row, _ in batch]
    assert len(letters) == 2


async def stream_is_empty(bus: Bus, stream: str) -> bool:
    return await stream_holds(bus, stream, 0)


async def stream_holds(bus: Bus, stream: str, messages: int) -> bool:
    return bool((await bus.connection.js.stream_info(stream)).state.messages == messages)


@pytest.mark.slow
async def test_a_slow_handler_is_kept_alive_by_heartbeats(bus: Bus) -> None:
    row = consumer("planner-commands")
    fast = Consumer(row.durable, row.stream, row.service, row.filters, ack_wait_s=0.6)
    config = (await bus.connection.js.consumer_info(row.stream, row.durable)).config
    config.ack_wait = 0.6
    await bus.connection.js.add_consumer(row.stream, config)
    runs: list[int] = []
    done = asyncio.Event()

    async def handler(message: StartInvestigation, delivery: Delivery) -> None:
        runs.append(delivery.attempt)
        await asyncio.sleep(2.0)
        done.set()

    bus.handle(fast, handler)
    async with running(bus):
        await bus.publish(s.INVESTIGATION_START, start(), **KEYS)
        async with asyncio.timeout(10):
            await done.wait()
        await until(lambda: stream_is_empty(bus, "COMMANDS"))
    assert runs == [1]


async def test_batches_are_acked_whole(bus: Bus) -> None:
    seen: list[str] = []

    async def handler(batch: list[tuple[Feedback, Delivery]]) -> None:
        seen.extend(message.feedback_id for message, _ in batch)

    bus.handle_batch(consumer("tracestore-feedback"), handler)
    sent = await bus.publish_many(Outgoing(s.FEEDBACK_GIVEN, feedback(n), KEYS, msg_id=f"f{n}") for n in range(1200))
    assert sent == 1200
    async with running(bus):
        await until(lambda: len(seen) == 1200)
    assert sorted(seen) == sorted(f"f{n}" for n in range(1200))


async def test_in_a_batch_each_failure_is_settled_by_itself(bus: Bus) -> None:
    attempts: dict[str, list[int]] = {}

    async def handler(batch: list[tuple[Feedback, Delivery]]) -> dict[int, Exception]:
        errors: dict[int, Exception] = {}
        for index, (message, delivery) in enumerate(batch):
            attempts.setdefault(message.feedback_id, []).append(delivery.attempt)
            if message.feedback_id == "f1":
                errors[index] = Impossible("poison")
            elif message.feedback_id == "f2" and delivery.attempt == 1:
                errors[index] = RetryLater("not yet")
        return errors

    bus.handle_batch(consumer("tracestore-feedback"), handler)
    await bus.publish_many(Outgoing(s.FEEDBACK_GIVEN, feedback(n), KEYS, msg_id=f"f{n}") for n in range(4))
    async with running(bus):
        await until(lambda: attempts.get("f2") == [1, 2])
        await until(lambda: stream_holds(bus, "DEAD", 1))
    assert attempts == {"f0": [1], "f1": [1], "f2": [1, 2], "f3": [1]}


async def test_pipelined_publishes_each_have_their_own_outcome(bus: Bus) -> None:
    def item(number: int, expect_last: int | None = None) -> Outgoing:
        return Outgoing(s.FEEDBACK_GIVEN, feedback(number), KEYS, msg_id=f"f{number}", expect_last=expect_last)

    first = await bus.publish_each([item(0), item(0), item(1, expect_last=99), item(2)])
    assert [isinstance(one, Conflict) for one in first] == [False, False, True, False]
    assert [one.duplicate for one in first if isinstance(one, Published)] == [False, True, False]
    nobody = dataclasses.replace(s.FEEDBACK_GIVEN, name="evt.nobody.keeps")
    (lost,) = await bus.publish_each([dataclasses.replace(item(3), subject=nobody)])
    assert isinstance(lost, RetryLater)


async def test_request_reply_and_its_errors(nats_server: NatsServer, bus_factory: BusFactory) -> None:
    gateway, worker = Bus(nats_server.url, "gateway"), await bus_factory("worker")

    async def replier(request: ToolRequest) -> ToolResult:
        if request.step_id == "broken":
            raise Impossible("no such thing")
        return ToolResult(call_id="c1", domain=request.domain, status="ok")

    gateway.reply(s.TOOL_CALL, replier)
    await gateway.connect()
    keys = {"domain": "metrics", "tenant": "acme"}
    answer = await worker.request(s.TOOL_CALL, request("s1"), timeout_s=5, **keys)
    assert answer.status == "ok"
    with pytest.raises(Impossible, match="no such thing"):
        await worker.request(s.TOOL_CALL, request("broken"), timeout_s=5, **keys)
    with pytest.raises(Impossible, match="says tenant='acme'"):
        await worker.request(s.TOOL_CALL, request("s1"), timeout_s=5, domain="metrics", tenant="other")
    await gateway.close()


def request(step: str) -> ToolRequest:
    return ToolRequest(tenant="acme", investigation_id="i1", step_id=step, domain="metrics", query=Query(window=WINDOW))


async def test_nobody_answers(bus: Bus) -> None:
    with pytest.raises(RetryLater, match="nobody answers"):
        await bus.request(s.TOOL_CALL, request("s1"), timeout_s=1, domain="metrics", tenant="acme")


async def test_a_deadline_fires_once_and_can_be_replaced(bus: Bus) -> None:
    fired: list[DeadlineReached] = []

    async def handler(message: DeadlineReached, delivery: Delivery) -> None:
        fired.append(message)

    bus.handle(consumer("planner-deadlines"), handler)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    keys = {**KEYS, "timer": "round-1"}
    for number in (1, 2):
        message = DeadlineReached(tenant="acme", investigation_id="i1", timer="round", round=number, due_at=soon)
        await bus.schedule(s.TIMER_SET, s.DEADLINE_REACHED, message, due_at=soon, **keys)
    async with running(bus):
        await until(lambda: len(fired) == 1)
    assert fired[0].round == 2


async def test_stores(bus: Bus) -> None:
    kv = bus.kv(GATEWAY_JOURNAL)
    assert await kv.get("a.b") is None
    assert await kv.keys() == []
    revision = await kv.create("a.b", b"1")
    with pytest.raises(Conflict):
        await kv.create("a.b", b"2")
    with pytest.raises(Conflict):
        await kv.update("a.b", b"2", revision + 7)
    await kv.update("a.b", b"2", revision)
    entry = await kv.get("a.b")
    assert entry is not None
    assert entry.value == b"2"
    async with asyncio.timeout(5):
        async for seen in kv.watch("a.b"):
            assert seen.value == b"2"
            break
    await kv.delete("a.b")
    assert await kv.get("a.b") is None
    objects = bus.objects(PAYLOADS)
    data = bytes(range(256)) * 2000
    ref = await objects.put("acme", data)
    assert await objects.put("acme", data) == ref
    assert await objects.get(ref) == data
    with pytest.raises(NotFound):
        await objects.get("acme/none")


async def test_counters_add_up(bus: Bus) -> None:
    values = await asyncio.gather(*(bus.add("acme", "i1", "calls", amount=2) for _ in range(10)))
    assert sorted(values) == list(range(2, 22, 2))
