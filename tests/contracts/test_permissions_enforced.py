"""A real nats-server with the generated allow-lists: every service can do its work, and nothing more."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from inquest.bus import server as server_module
from inquest.bus.bus import Bus
from inquest.bus.port import Delivery, Outgoing
from inquest.bus.topology import apply
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    AdmissionDecided,
    AdmissionDue,
    DeadlineReached,
    Evidence,
    InvestigationRecorded,
    Message,
    Signal,
    StepFinished,
    ToolRequest,
    ToolResult,
    Verdict,
)
from inquest.contracts.topology import CONFIG, GATEWAY_JOURNAL, PAYLOADS, PLANNER_ADMISSION, SERVICES, consumer
from inquest.testkit.fixtures import running, until

from scripts.contracts import ROOT, SAMPLES

SECRET = "only-for-this-test"
KEYS = {"tenant": "acme", "investigation": "i-1"}
BusOf = Callable[[str], Awaitable[Bus]]
MessageT = TypeVar("MessageT", bound=Message)


def sample(model: type[MessageT], case: str = "") -> MessageT:
    name = f"{model.__name__}-{case}" if case else model.__name__
    return model.model_validate_json((ROOT / SAMPLES / f"{name}.json").read_bytes())


@pytest_asyncio.fixture
async def bus_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BusOf]:
    """Makes a bus connected as a service's own user."""
    users: list[dict[str, Any]] = [{"user": "cli", "password": SECRET}]
    for service in SERVICES:
        allowed = json.loads((ROOT / "contracts/permissions" / f"{service}.json").read_text())
        users.append({"user": service, "password": SECRET, "permissions": allowed})
    password_file = tmp_path / "password"
    password_file.write_text(SECRET)
    authorization = json.dumps({"users": users}).replace("{", "{{").replace("}", "}}")
    monkeypatch.setattr(server_module, "_CONFIG", f"{server_module._CONFIG}\nauthorization: {authorization}\n")
    async with AsyncExitStack() as stack:
        server = server_module.NatsServer(tmp_path / "nats")
        await server.start()
        stack.push_async_callback(server.stop)

        async def make(service: str) -> Bus:
            bus = Bus(server.url, service, service, password_file)
            await bus.connect()
            stack.push_async_callback(bus.close)
            return bus

        await apply((await make("cli")).connection)
        yield make


async def denied(bus: Bus, subject: str) -> bool:
    """Publish without waiting for an ack; the server reports a refusal a moment later."""
    before = len(bus.connection.denied)
    await bus.connection.client.publish(subject, b"{}")
    await bus.connection.client.flush()
    try:
        await until(lambda: len(bus.connection.denied) > before, timeout_s=0.3)
    except TimeoutError:
        return False
    return True


async def test_a_foreign_publish_is_refused(bus_of: BusOf) -> None:
    notifier, worker = await bus_of("notifier"), await bus_of("worker")
    assert await denied(notifier, s.VERDICT_REACHED.render(**KEYS))
    assert await denied(notifier, s.INVESTIGATION_CANCEL.render(**KEYS))
    assert await denied(notifier, "$KV.config.inquest")
    assert await denied(notifier, "$JS.API.STREAM.DELETE.VERDICTS")
    assert await denied(notifier, "$JS.ACK.INVESTIGATIONS.planner-dispatch.1.1.1.1.1")
    assert await denied(worker, "_INBOX.gateway.forged")
    assert not await denied(notifier, s.NOTICE_SENT.render(**KEYS))


async def test_intake_publishes_consumes_and_buries(bus_of: BusOf) -> None:
    intake, tracestore = await bus_of("intake"), await bus_of("tracestore")
    seen: list[Any] = []

    async def give_up(_items: Any) -> None:
        raise Impossible("no")

    async def note(items: Any) -> None:
        seen.extend(message for message, _ in items)

    intake.handle_batch(consumer("intake-signals"), give_up)
    tracestore.handle_batch(consumer("tracestore-dead"), note)
    async with running(intake, tracestore):
        await intake.publish(s.SIGNAL_RECEIVED, sample(Signal), msg_id="acme:signal:1", tenant="acme", signal="s-1")
        await until(lambda: bool(seen))
    assert json.loads(seen[0] if isinstance(seen[0], bytes) else seen[0].model_dump_json())["reason"] == "no"
    assert await tracestore.get("SIGNALS", 1) is not None


async def test_intake_publishes_changes_and_gateway_reads_them_back(bus_of: BusOf) -> None:
    intake, gateway = await bus_of("intake"), await bus_of("gateway")
    change = sample(Signal, "change")
    await intake.publish(s.CHANGE_RECEIVED, change, expect_last=0, tenant="acme", signal="s-2")
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert [row.message for row in await gateway.read(s.CHANGE_RECEIVED, since=since, tenant="acme")] == [change]


async def test_planner_appends_schedules_and_reads_back(bus_of: BusOf) -> None:
    planner = await bus_of("planner")
    fired: list[Delivery] = []

    async def on_deadline(_message: DeadlineReached, delivery: Delivery) -> None:
        fired.append(delivery)

    planner.handle(consumer("planner-deadlines"), on_deadline)
    opened = sample(InvestigationRecorded, "opened")
    await planner.publish(s.INVESTIGATION_RECORDED, opened, expect_last=0, tenant="acme", investigation="i-1")
    assert [row.message for row in await planner.read(s.INVESTIGATION_RECORDED, **KEYS)] == [opened]
    assert await planner.last(s.VERDICT_REACHED, **KEYS) is None
    async with running(planner):
        deadline = sample(DeadlineReached)
        due = datetime.now(UTC) + timedelta(seconds=1)
        await planner.schedule(s.TIMER_SET, s.DEADLINE_REACHED, deadline, due_at=due, timer="round-1", **KEYS)
        await until(lambda: bool(fired))


async def test_planner_keeps_its_ledger_and_tells_what_it_decided(bus_of: BusOf) -> None:
    planner = await bus_of("planner")
    decided, keys = sample(AdmissionDecided), {"tenant": "acme", "incident": "i-1"}
    ledger, fired = planner.kv(PLANNER_ADMISSION), []

    async def on_due(message: AdmissionDue, _delivery: Delivery) -> None:
        fired.append(message)

    planner.handle(consumer("planner-admission-due"), on_due)
    await ledger.update("acme", b"2", await ledger.create("acme", b"1"))
    assert await ledger.keys() == ["acme"]
    await planner.publish_many([Outgoing(s.ADMISSION_DECIDED, decided, keys, msg_id="once")])
    assert [row.message for row in await planner.read(s.ADMISSION_DECIDED, tenant="acme")] == [decided]
    assert len(await planner.subjects(s.ADMISSION_DECIDED, tenant="acme")) == 1
    assert await planner.last(s.INCIDENT_OPENED, **keys) is None
    async with running(planner):
        due = AdmissionDue(tenant="acme", due_at=datetime.now(UTC))
        await planner.schedule(s.ADMISSION_TIMER_SET, s.ADMISSION_DUE, due, due_at=due.due_at, tenant="acme")
        await until(lambda: fired == [due])


async def test_worker_asks_gateway_and_records_its_step(bus_of: BusOf) -> None:
    worker, gateway, verifier = await bus_of("worker"), await bus_of("gateway"), await bus_of("verifier")
    large = bytes(300_000)
    ref = await gateway.objects(PAYLOADS).put("acme", large)

    async def answer(_request: ToolRequest) -> Message:
        await gateway.kv(GATEWAY_JOURNAL).create("acme.call", b"intent")
        assert await gateway.add("acme", "i-1", "calls", amount=1) == 1
        return sample(ToolResult)

    gateway.reply(s.TOOL_CALL, answer)
    await gateway.connection.broker.start()
    # The ping of nats-py's flush overtakes what is pending; the second one comes after the subscription.
    await gateway.connection.client.flush()
    await gateway.connection.client.flush()
    result = await worker.request(s.TOOL_CALL, sample(ToolRequest), timeout_s=5, domain="metrics", tenant="acme")
    assert result == sample(ToolResult)
    assert await worker.objects(PAYLOADS).get(ref) == large
    step = {**KEYS, "step": "s-1"}
    await worker.publish_batch(
        [
            Outgoing(s.EVIDENCE_COLLECTED, sample(Evidence), step),
            Outgoing(s.STEP_FINISHED, sample(StepFinished), step, expect_last=0),
        ]
    )
    assert len(await verifier.read(s.EVIDENCE_COLLECTED, **KEYS)) == 1
    await verifier.publish(s.VERDICT_REACHED, sample(Verdict), expect_last=0, tenant="acme", investigation="i-1")


async def test_every_service_reads_and_watches_the_configuration(bus_of: BusOf) -> None:
    admin = await bus_of("cli")
    await admin.kv(CONFIG).put("inquest", b"1")
    for service in SERVICES:
        bus = await bus_of(service)
        entry = await bus.kv(CONFIG).get("inquest")
        assert entry is not None
        assert entry.value == b"1"
        assert await bus.kv(CONFIG).keys() == ["inquest"]
        assert (await anext(bus.kv(CONFIG).watch("inquest"))).value == b"1"
        assert bus.connection.denied == []
