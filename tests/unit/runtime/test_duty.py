"""Draining and resuming, without a bus."""

import asyncio

import httpx
import pytest
from inquest.contracts.errors import InquestError
from inquest.runtime.chores import Chores
from inquest.runtime.duty import Duty, Off
from inquest.runtime.turnstile import Turnstile
from inquest.testkit.fixtures import until
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


class Bus:
    def __init__(self, held: int = 0) -> None:
        self.held = held
        self.told: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def drain(self, limit_s: float) -> int:
        self.told.append("drain")
        await self.gate.wait()
        held, self.held = self.held, 0
        return held

    async def resume(self) -> None:
        self.told.append("resume")


async def test_drained_once_and_resumed_once():
    bus = Bus(held=3)
    duty = Duty("planner", bus, Chores(()))
    changes: list[str] = []
    duty.on_change(lambda: changes.append(duty.standing.state))
    done = await duty.drain("ada", "upgrade", 1)
    assert (done.state, done.handed_back, done.left) == ("drained", 3, 0)
    assert (duty.standing.by, duty.standing.reason) == ("ada", "upgrade")
    with pytest.raises(Off, match="drained"):
        await duty.ping()
    again = await duty.drain("eve", "", 1)
    assert (again.state, again.handed_back, duty.standing.by) == ("drained", 0, "ada")
    await duty.resume("ada", "")
    await duty.resume("ada", "")
    await duty.ping()
    assert changes == ["draining", "drained", "serving"]
    assert bus.told == ["drain", "drain", "resume"]


async def test_a_resume_waits_for_the_drain_before_it():
    bus = Bus()
    bus.gate.clear()
    duty = Duty("planner", bus, Chores(()))
    draining = asyncio.create_task(duty.drain("ada", "", 1))
    await until(lambda: bool(bus.told))
    resuming = asyncio.create_task(duty.resume("ada", ""))
    late = asyncio.create_task(duty.drain("eve", "", 1))
    await asyncio.sleep(0)
    bus.gate.set()
    assert (await draining).state == "drained"
    await resuming
    assert (await late).state == "serving"  # who asked while it was drained already hears that it was resumed since
    assert duty.standing.state == "serving"


async def test_requests_are_waited_for_and_new_ones_refused():
    duty = Duty("intake", Bus(), Chores(()))
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_: object) -> JSONResponse:
        entered.set()
        await leave.wait()
        return JSONResponse({})

    app = Turnstile(
        Starlette(routes=[Route("/slow", slow), Route("/livez", lambda _: JSONResponse({}))]), duty, ("/livez",)
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        first = asyncio.create_task(http.get("/slow"))
        await entered.wait()
        assert (await duty.drain("ada", "", 0.05)).left == 1
        assert duty.standing.state == "draining"
        refused = await http.get("/slow")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.json()["error"] == "unavailable"
        assert (await http.get("/livez")).status_code == 200
        leave.set()
        assert (await first).status_code == 200
        assert (await duty.drain("ada", "", 5)).state == "drained"


async def test_chores_stop_and_begin_anew():
    begun, ended = [], []

    async def sweep() -> None:
        begun.append(1)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    chores = Chores((sweep,))
    running = asyncio.create_task(chores.run())
    await until(lambda: bool(begun))
    await chores.pause()
    await chores.pause()
    assert len(ended) == 1
    chores.resume()
    await until(lambda: len(begun) == 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(ended) == 2


async def test_a_chore_that_fails_or_ends_is_told():
    async def broken() -> None:
        raise ValueError("bug")

    async def short() -> None:
        pass

    with pytest.raises(BaseExceptionGroup) as group:
        await Chores((broken,)).run()
    assert group.value.subgroup(ValueError)
    with pytest.raises(InquestError, match="should not end"):
        await Chores((short,)).run()
