import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from inquest.contracts.errors import RetryLater
from inquest.runtime.chores import Chores
from inquest.runtime.duty import Duty
from inquest.runtime.health import application, unready
from inquest.runtime.http import HttpServer, PortTaken
from inquest.runtime.run import first_cause
from inquest.runtime.service import Service
from inquest.runtime.watchdog import LoopBlocked, Watchdog


async def well() -> None:
    pass


async def ill() -> None:
    raise RetryLater("the store is away")


async def test_all_pings_are_asked_and_failures_named() -> None:
    assert await unready({"a": well}) == {}
    assert await unready({"a": well, "b": ill}) == {"b": "the store is away"}


class Idle:
    async def drain(self, limit_s: float) -> int:
        return 0

    async def resume(self) -> None:
        pass


def duty() -> Duty:
    return Duty("planner", Idle(), Chores(()))


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = application(Service("planner"), lambda: unready({"bus": ill}), duty())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        yield http


async def test_admin_endpoints(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"service": "planner", "live": True}
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["failing"] == {"bus": "the store is away"}
    assert "inquest_messages_handled" in (await client.get("/metrics")).text
    document = (await client.get("/asyncapi.json")).json()
    assert document["asyncapi"].startswith("3.")
    assert "planner" in document["info"]["title"]


async def test_a_blocked_loop_is_noticed() -> None:
    watchdog = Watchdog("test", 0.0, 1)  # any lag at all is too much
    with pytest.raises(LoopBlocked, match="1 times in a row"):
        async with asyncio.timeout(10):
            await watchdog.run()
    with pytest.raises(RetryLater, match="lags"):
        await watchdog.ping()


async def test_a_taken_port_says_so() -> None:
    app = application(Service("x"), lambda: unready({}), duty())
    server = HttpServer(app, "127.0.0.1", 0)
    with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{server.port}"):
        HttpServer(app, "127.0.0.1", server.port)
    task = asyncio.create_task(server.run())
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{server.url}/livez")).status_code == 200
    await server.stop(task)


def test_the_first_cause_of_nested_groups() -> None:
    group = BaseExceptionGroup("a", [BaseExceptionGroup("b", [ValueError("deep")])])
    assert first_cause(group) == "ValueError: deep"
    assert first_cause(None) == "it returned"
