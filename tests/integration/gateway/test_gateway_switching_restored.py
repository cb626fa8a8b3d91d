"""A gateway that runs while KV `gateway-switches` is restored from a backup: what is there counts from then on."""

from contextlib import asynccontextmanager

import pytest
from inquest.bus.backup_wire import load_stream, save_stream
from inquest.bus.topology import apply
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import SwitchBook
from inquest.contracts.payloads import encode
from inquest.contracts.topology import GATEWAY_SWITCHES
from inquest.contracts.v1.switching import BOOK_KEY
from inquest.testkit.fixtures import until

from tests.wiring.gateway.switching_world import World, running, wish

STREAM = f"KV_{GATEWAY_SWITCHES.name}"


@asynccontextmanager
async def restored(bus, tmp_path):
    """Save the bucket, let the body do what will be lost, and bring the bucket back as it was."""
    client, path = bus.connection.client, tmp_path / "bucket"
    config, state, _ = await save_stream(client, STREAM, path)
    yield
    await bus.connection.js.delete_stream(STREAM)
    await load_stream(client, STREAM, path, config, state)


async def test_what_a_restore_brought_back_is_followed_though_its_revision_is_lower(bus, nats_server, tmp_path):
    async with running(nats_server.url, World(bus), "one") as gateway:
        board = gateway.desk.board
        await gateway.desk.on_switch(wish("promote", None, 40))
        async with restored(bus, tmp_path):
            await gateway.desk.on_switch(wish("promote"))
            await gateway.desk.on_switch(wish("rollback"))
            await until(lambda: board.book.number == 3)
        await until(lambda: board.standing("acme", "logs")[0].percent == 40)
        assert (await gateway.desk.on_switch(wish("promote"))).switch.number == 2
        assert (await gateway.ask("after")).provider == "ours"


async def test_a_backup_without_switches_takes_them_back(bus, nats_server, tmp_path):
    async with running(nats_server.url, World(bus), "one") as gateway:
        async with restored(bus, tmp_path):
            await gateway.desk.on_switch(wish("promote"))
            assert (await gateway.ask("before")).provider == "ours"
        await until(lambda: gateway.desk.board.standing("acme", "logs") == (None, "priority"))
        assert (await gateway.ask("after")).provider == "loki"


async def test_the_same_revision_with_other_content_is_news(bus, nats_server):
    async with running(nats_server.url, World(bus), "one") as gateway:
        await gateway.desk.on_switch(wish("promote"))
        held = gateway.desk.board.book
        await gateway.desk.board.load()
        await bus.connection.js.delete_stream(STREAM)
        await apply(bus.connection)
        other = SwitchBook(number=1, switches=(held.switches[0].model_copy(update={"reason": "another"}),))
        assert await bus.kv(GATEWAY_SWITCHES).put(BOOK_KEY, encode(other).data) == 1
        await until(lambda: gateway.desk.board.book == other)


async def test_while_the_bucket_is_away_the_switches_stay(bus, nats_server):
    async with running(nats_server.url, World(bus), "one") as gateway:
        await gateway.desk.on_switch(wish("promote"))
        await bus.connection.js.delete_stream(STREAM)
        with pytest.raises(RetryLater, match="is not there"):
            await gateway.desk.board.load()
        assert (await gateway.ask("meanwhile")).provider == "ours"
