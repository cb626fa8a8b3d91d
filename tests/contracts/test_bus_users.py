"""Every service's own user against a real nats-server: what it needs works, all else is refused and reported."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from inquest.audit import AuditLog, Deed
from inquest.bus.bus import Bus
from inquest.bus.connection import BusUnavailable
from inquest.bus.denials import Denied
from inquest.bus.port import Delivery, Outgoing
from inquest.bus.users import OPERATOR
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import DeadlineReached, ToolRequest, ToolResult, Verdict
from inquest.contracts.streams import STREAMS
from inquest.contracts.subjects import SUBJECTS
from inquest.contracts.topology import BUCKETS, READS, SERVICES, consumers_of
from inquest.testkit.fixtures import running, until
from inquest.testkit.secured import Secured, secured
from nats.aio.client import Client

from scripts.contracts import ROOT, SAMPLES
from tests.contracts import bus_users as users

__all__ = ["secured"]
_REFUSED = re.compile(r'for (?:publish|subscription) to "([^"]+)"')


async def heard(client: Client) -> None:
    """Wait until the server has answered all: nats-py's first PING may overtake what is pending."""
    for _ in range(2):
        await client.flush()


def differing(told: list[str], expected: set[str]) -> tuple[set[str], set[str]]:
    """Return what should have been refused and was not, and what was refused and should not have been."""
    refused = {found[1] for text in told if (found := _REFUSED.search(text))}
    wanted = {subject.lower() for subject in expected}
    return wanted - refused, refused - wanted


@pytest.mark.parametrize("service", SERVICES)
async def test_all_that_is_not_its_own_is_refused_and_reported(secured: Secured, service: str) -> None:
    client, told = await secured.client(service)
    subjects = users.everything()
    for subject in sorted(subjects):
        await client.publish(subject, b"{}")
    await heard(client)
    assert differing(told, subjects - users.needed(service)) == (set(), set())


async def test_each_hears_its_own_inbox_and_what_it_answers_alone(secured: Secured) -> None:
    subjects = users.everything_to_hear()
    for service in SERVICES:
        client, told = await secured.client(service)
        for subject in sorted(subjects):
            await client.subscribe(subject)
        await heard(client)
        assert differing(told, subjects - users.listens(service)) == (set(), set()), service


async def test_each_subject_that_one_publishes_is_taken_by_its_stream(secured: Secured) -> None:
    for service in SERVICES:
        bus = await secured.bus(service)
        for row in SUBJECTS:
            if service in row.publishers and row.stream is not None:
                ack = await bus.connection.js.publish(users.concrete(row, service), b"{}")
                assert ack.stream == row.stream
        if service == "gateway":
            assert await bus.add("acme", "i-1", "calls", amount=2) == 2
        audit = AuditLog(bus, service)
        await audit.record(Deed("authenticated", "acme", "somebody"))
        await audit.close()
        assert bus.connection.denials.texts == []


@pytest.mark.parametrize("service", [name for name in SERVICES if consumers_of(name)])
async def test_each_consumer_is_worked_off_acked_or_buried(secured: Secured, service: str) -> None:
    """Rubbish on all that it works off: what has no form is handled, the rest it must be able to bury."""
    operator, bus = await secured.bus(OPERATOR), await secured.bus(service)
    handled: list[str] = []

    async def note(_message: Any, delivery: Delivery) -> None:
        handled.append(delivery.subject)

    for consumer in consumers_of(service):
        bus.handle(consumer, note)
        for subject in sorted(_given(consumer.stream, consumer.filters)):
            await operator.connection.js.publish(subject, b"rubbish")

    async def settled() -> bool:
        infos = [await operator.connection.js.consumer_info(row.stream, row.durable) for row in consumers_of(service)]
        return not any(info.num_pending or info.num_ack_pending for info in infos)

    async with running(bus):
        await until(settled)
    assert bus.connection.denials.texts == []
    assert handled or await operator.last_seq("DEAD") > 0


def _given(stream: str, filters: tuple[str, ...]) -> set[str]:
    subjects = {users.concrete(row, "worker") for row in SUBJECTS if row.stream == stream}
    subjects |= {"dead.evt.verdict.reached.v1.acme.i-1"} if stream == "DEAD" else set()
    steps = {pattern.replace("*", "x1") for pattern in filters if ">" not in pattern}
    advisories = {pattern.replace(">", "STEPS.x") for pattern in filters if pattern.startswith("$")}
    return {one for one in subjects if any(users.fits(pattern, one) for pattern in filters)} | steps | advisories


@pytest.mark.parametrize("service", SERVICES)
async def test_each_stream_and_bucket_is_read_back(secured: Secured, service: str) -> None:
    operator, bus = await secured.bus(OPERATOR), await secured.bus(service)
    for stream in READS.get(service, ()):
        subject = next(row.subjects[0] for row in STREAMS if row.name == stream).replace(">", "x.y")
        headers = {"Nats-Incr": "+1"} if stream == "BUDGETS" else None
        ack = await operator.connection.js.publish(subject, b"" if headers else b"{}", headers=headers)
        assert await bus.get(stream, ack.seq) is not None
        assert [delivery.stream_seq async for batch in bus.replay(stream) for _, delivery in batch][-1] == ack.seq
        assert await bus.last_seq(stream) == ack.seq
    for bucket in BUCKETS:
        if service != bucket.owner and service not in bucket.readers:
            continue
        writer = bus if service == bucket.owner else operator
        if bucket.kind == "objects":
            data = bytes(300_000)
            assert await bus.objects(bucket).get(await writer.objects(bucket).put("acme", data)) == data
            continue
        kv, read = writer.kv(bucket), bus.kv(bucket)
        await kv.update("a.b", b"2", await kv.create("a.b", b"1"))
        await kv.put("gone", b"1")
        await kv.delete("gone")
        assert await read.keys() == ["a.b"]
        assert (await anext(read.watch("a.b"))).value == b"2"
        assert await read.now_s() > 0
    assert bus.connection.denials.texts == []


async def test_each_request_is_answered_by_its_replier(secured: Secured) -> None:
    async def answer(message: Any) -> None:
        await message.respond(b"here")

    for row in (row for row in SUBJECTS if row.replier):
        replier = await secured.bus(row.replier or "")
        await replier.connection.client.subscribe(row.pattern(), cb=answer)
        await heard(replier.connection.client)
        for service in row.publishers:
            asking = await secured.bus(service)
            reply = await asking.connection.client.request(users.concrete(row, service), b"?", timeout=5)
            assert reply.data == b"here"


async def test_an_answer_goes_to_an_inbox_and_nowhere_else(secured: Secured) -> None:
    """nats-server lets a replier publish wherever the request says."""
    worker, gateway, operator = [await secured.bus(name) for name in ("worker", "gateway", OPERATOR)]
    request = ToolRequest.model_validate_json((ROOT / SAMPLES / "ToolRequest.json").read_bytes())
    result = ToolResult.model_validate_json((ROOT / SAMPLES / "ToolResult.json").read_bytes())
    asked: list[ToolRequest] = []

    async def answer(message: ToolRequest) -> ToolResult:
        asked.append(message)
        return result

    gateway.reply(s.TOOL_CALL, answer)
    await gateway.connection.broker.start()
    await heard(gateway.connection.client)
    subject = s.TOOL_CALL.render(domain="metrics", tenant=request.tenant)
    body, stolen = request.model_dump_json().encode(), "evt.verdict.reached.v1.acme.i-1"
    await worker.connection.client.publish(subject, body, reply=stolen)
    await until(lambda: len(asked) == 1)
    assert await worker.request(s.TOOL_CALL, request, timeout_s=5, domain="metrics", tenant=request.tenant) == result
    assert await operator.last_seq("VERDICTS") == 0


async def test_a_timer_is_set_and_fires(secured: Secured) -> None:
    planner = await secured.bus("planner")
    fired: list[Delivery] = []

    async def on_deadline(_message: DeadlineReached, delivery: Delivery) -> None:
        fired.append(delivery)

    planner.handle(next(row for row in consumers_of("planner") if row.durable == "planner-deadlines"), on_deadline)
    deadline = DeadlineReached.model_validate_json((ROOT / SAMPLES / "DeadlineReached.json").read_bytes())
    async with running(planner):
        due, keys = datetime.now(UTC) + timedelta(seconds=1), {"tenant": "acme", "investigation": "i", "timer": "t"}
        await planner.schedule(s.TIMER_SET, s.DEADLINE_REACHED, deadline, due_at=due, **keys)
        await until(lambda: bool(fired))


async def test_a_refusal_is_an_error_of_what_was_refused_and_at_once(secured: Secured) -> None:
    worker = await secured.bus("worker")
    verdict = Verdict.model_validate_json((ROOT / SAMPLES / "Verdict.json").read_bytes())
    keys = {"tenant": "acme", "investigation": "i-1"}
    async with asyncio.timeout(2):  # long before any publish or request would give up by itself
        with pytest.raises(Denied, match=r"evt\.verdict\.reached\.v1\.acme\.i-1: publish denied"):
            await worker.publish(s.VERDICT_REACHED, verdict, msg_id="forged", tenant="acme", investigation="i-1")
        item = s.VERDICT_REACHED, verdict, keys
        with pytest.raises(Denied):
            await worker.publish_many([_outgoing(*item)])
        (outcome,) = await worker.publish_each([_outgoing(*item)])
        assert isinstance(outcome, Denied)
        with pytest.raises(Denied):
            await worker.publish_batch([_outgoing(*item)])
        with pytest.raises(Denied):
            await worker.last(s.VERDICT_REACHED, **keys)
        with pytest.raises(Denied):
            await worker.kv(next(row for row in BUCKETS if row.name == "mutes")).get("x")
        with pytest.raises(Denied):
            await worker.connection.js.delete_stream("VERDICTS")
    await worker.ping()


def _outgoing(subject: s.Subject, message: Any, keys: dict[str, str]) -> Any:
    return Outgoing(subject, message, keys)


async def test_a_refused_subscription_ends_the_start_and_readiness(secured: Secured) -> None:
    stranger = Bus(secured.server.url, "planner", "worker", secured.identities.password_file("worker"))
    try:
        with pytest.raises(BusUnavailable, match=r"planner may not subscribe to _inbox\.planner"):
            await stranger.connect()
    finally:
        await stranger.close()
    worker = await secured.bus("worker")
    await worker.connection.client.subscribe("evt.>")
    await heard(worker.connection.client)
    with pytest.raises(RetryLater, match=r"refuses the subscription to evt\.>"):
        await worker.ping()


async def test_nobody_comes_in_without_a_user_or_with_a_wrong_password(secured: Secured) -> None:
    for user, file in ((None, None), ("planner", secured.identities.password_file("worker"))):
        stranger = Bus(secured.server.url, "planner", user, file)
        try:
            with pytest.raises(BusUnavailable, match=r"(?i)authorization violation"):
                await stranger.connect(2)
        finally:
            await stranger.close()


async def test_the_files_are_for_us_alone(secured: Secured) -> None:
    files = [secured.identities.users.path, *(secured.identities.password_file(name) for name in SERVICES)]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert len({file.read_text() for file in files[1:]}) == len(SERVICES)
    listed = json.loads((ROOT / "contracts/permissions/worker.json").read_text())
    assert json.dumps(listed) in files[0].read_text()
