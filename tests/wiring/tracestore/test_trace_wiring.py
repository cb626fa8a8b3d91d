import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, InquestError, RetryLater
from inquest.contracts.topology import consumer
from inquest.testkit.memory import MemoryBus
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.changes import Changes
from inquest.tracestore.handlers import Handlers, replayable_streams
from inquest.tracestore.service import build
from inquest.tracestore.settings import Settings

ONE = InvestigationBuilder()


class FailingStore(SqliteStore):
    """A store whose disk can be full."""

    is_full = False

    async def append(self, rows):
        if self.is_full:
            raise RetryLater("disk full")
        return await super().append(rows)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[FailingStore]:
    database = Database(tmp_path / "trace.db")
    await database.open()
    yield FailingStore(database)
    await database.close()


def wire(bus: MemoryBus, store: SqliteStore) -> Handlers:
    handlers = Handlers(store, bus, Changes())
    for stream in replayable_streams():
        bus.handle_batch(consumer(f"tracestore-{stream.lower()}"), handlers.on_batch)
    return handlers


def test_everything_that_is_kept_can_be_replayed():
    assert set(replayable_streams()) == {
        "SIGNALS",
        "INCIDENTS",
        "ADMISSIONS",
        "INVESTIGATIONS",
        "EVIDENCE",
        "VERDICTS",
        "TOOLCALLS",
        "OUTCOMES",
        "AUDIT",
        "FEEDBACK",
        "DEAD",
    }


async def test_everything_on_the_bus_is_stored_once(memory_bus, store):
    handlers = wire(memory_bus, store)
    await memory_bus.publish_many(ONE.messages())
    await memory_bus.settle()
    story = await store.story("acme", ONE.investigation_id)
    assert story is not None
    assert len(story.timeline) == len(ONE.messages())
    version = handlers.changes.version
    await memory_bus.redeliver("tracestore-evidence")
    assert await store.story("acme", ONE.investigation_id) == story
    assert handlers.changes.version == version  # nobody is woken for nothing


async def test_a_lost_file_is_filled_from_the_streams(memory_bus, store):
    await memory_bus.publish_many(ONE.messages())
    await Handlers(store, memory_bus, Changes()).catch_up_all()
    story = await store.story("acme", ONE.investigation_id)
    assert story is not None
    assert len(story.timeline) == len(ONE.messages())


async def test_what_a_full_disk_refused_is_stored_before_anything_later(memory_bus, store):
    handlers = wire(memory_bus, store)
    messages = ONE.messages()
    await memory_bus.publish_many(messages[:4])
    store.is_full = True
    await memory_bus.settle()  # retried, then given up by the failure policy
    assert memory_bus.dead
    assert handlers.behind.keys() == {"SIGNALS", "INCIDENTS", "INVESTIGATIONS"}
    store.is_full = False
    await memory_bus.publish_many(messages[4:])
    await memory_bus.settle()
    assert handlers.behind.keys() == {"SIGNALS", "INCIDENTS"}  # nothing new came there yet
    await handlers.catch_up_all()
    assert handlers.behind == {}
    story = await store.story("acme", ONE.investigation_id)
    assert story is not None
    assert [event.number for event in story.events] == list(range(1, 10))
    assert story.signals == (ONE.signal(),)


def advisory(stream: str, seq: int) -> bytes:
    return json.dumps(
        {
            "type": "io.nats.jetstream.advisory.v1.max_deliver",
            "id": "x",
            "timestamp": "2026-03-01T14:00:00Z",
            "stream": stream,
            "consumer": "planner-incidents",
            "stream_seq": seq,
            "deliveries": 6,
        }
    ).encode()


async def deliver(handlers: Handlers, payload: bytes) -> None:
    delivery = Delivery("$JS.EVENT.ADVISORY", {}, {}, "ADVISORIES", 1, 1, 6, payload, ONE.at(0))
    await handlers.on_advisory(payload, delivery)


async def test_what_the_server_gave_up_is_buried_with_its_reason(memory_bus, store):
    published = await memory_bus.publish(s.INCIDENT_OPENED, ONE.incident(), tenant="acme", incident=ONE.incident_id)
    handlers = Handlers(store, memory_bus, Changes())
    await deliver(handlers, advisory("INCIDENTS", published.seq))
    ((subject, reason),) = memory_bus.dead
    assert subject == s.INCIDENT_OPENED.render(tenant="acme", incident=ONE.incident_id)
    assert "delivered 6 times and never settled" in reason


@pytest.mark.parametrize(("stream", "seq"), [("DEAD", 1), ("ADVISORIES", 1), ("INCIDENTS", 77)])
async def test_advisories_about_nothing_are_passed_over(memory_bus, store, stream, seq):
    await deliver(Handlers(store, memory_bus, Changes()), advisory(stream, seq))
    assert memory_bus.dead == []


async def test_garbage_is_no_advisory(memory_bus, store):
    with pytest.raises(Impossible, match="max-deliveries"):
        await deliver(Handlers(store, memory_bus, Changes()), b"{}")


async def test_watchers_wake_on_each_change():
    changes = Changes()
    waiting = asyncio.create_task(changes.wait(changes.version))
    await asyncio.sleep(0)
    changes.notify()
    await waiting
    await changes.wait(0)  # a change that came before the wait does not block it


async def test_the_service_is_wired_and_stops(memory_bus, tmp_path):
    settings = Settings(data_dir=tmp_path)
    service = build(memory_bus, settings)
    await memory_bus.publish_many(ONE.messages())
    for action in service.on_start:
        await action()
    await service.pings["database"]()
    await memory_bus.settle()
    for action in reversed(service.on_stop):
        await action()
    assert memory_bus.errors == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"grpc_host": "0.0.0.0"}, "set INQUEST_GRPC_TOKEN_FILE"),
        ({"grpc_token_file": "empty"}, "is empty"),
    ],
)
async def test_strangers_need_a_token(memory_bus, tmp_path, changes, says):
    (tmp_path / "empty").write_text("\n")
    if "grpc_token_file" in changes:
        changes = {"grpc_token_file": tmp_path / changes["grpc_token_file"]}
    with pytest.raises(InquestError, match=says):
        build(memory_bus, Settings(data_dir=tmp_path, **changes))
