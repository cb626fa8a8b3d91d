"""The whole system in this process, on a fresh store, with recorded incidents as tenants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from inquest.bus.bus import Bus
from inquest.bus.users import OPERATOR
from inquest.cli.scenario import Scenario, add_tenants, scenario, write_secret
from inquest.cli.system import System, password_file
from inquest.config import Config
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import InvestigationRecorded, Verdict
from inquest.runtime.run import first_cause
from inquest.telemetry import traces
from inquest.testkit.fixtures import until

ROOT = Path(__file__).parents[5]
BUNDLED = ROOT / "packs" / "pool-exhausted"
SHARED = ROOT.parent / "shared" / "data" / "packs"
CONCLUDE_S_MAX = 50.0


@dataclass
class Lab:
    """A running system, a client of its bus, and the incidents that can be sent to it."""

    system: System
    bus: Bus
    scenarios: list[Scenario]
    secret: str

    async def page(self, one: Scenario) -> httpx.Response:
        """Post the signed page of an incident."""
        url = f"{self.system.url('intake')}/webhooks/{one.source}/{one.tenant}"
        async with httpx.AsyncClient(timeout=30) as http:
            return await http.post(url, content=one.body, headers=one.headers(self.secret))

    async def events(self, one: Scenario) -> list[InvestigationRecorded]:
        """Return the history of an incident's investigation."""
        return [row.message for row in await self.bus.read(s.INVESTIGATION_RECORDED, tenant=one.tenant)]

    async def verdicts(self, one: Scenario) -> list[Verdict]:
        """Return its verdicts."""
        return [row.message for row in await self.bus.read(s.VERDICT_REACHED, tenant=one.tenant)]

    async def concluded(self, one: Scenario) -> Verdict:
        """Wait until it is concluded; returns the verdict that was accepted."""

        async def ended() -> bool:
            try:
                return any(event.concluded for event in await self.events(one))
            except RetryLater:  # a test may have killed the server
                return False

        await until(ended, CONCLUDE_S_MAX)
        accepted = [event.concluded for event in await self.events(one) if event.concluded][-1]
        return next(v for v in await self.verdicts(one) if v.verdict_id == accepted.verdict_id)


LabFactory = Callable[..., Awaitable[Lab]]


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[LabFactory]:
    """Starts systems; stops them and checks that none of their parts failed."""
    traces.configure("test")
    labs: list[tuple[Lab, asyncio.Task[None]]] = []

    async def start(*packs: Path, config: Config | None = None, secured: bool = False) -> Lab:
        scenarios = [scenario(path) for path in packs]
        secret = write_secret(tmp_path, "webhook")
        system = System(tmp_path / "var", add_tenants(config or Config(), scenarios, secret), secured=secured)
        await system.__aenter__()
        password = password_file(system.server, OPERATOR)
        bus = Bus(system.server.url, "test", OPERATOR if password else None, password)
        await bus.connect()
        made = Lab(system, bus, scenarios, secret.read_text())
        labs.append((made, asyncio.create_task(system.supervise())))
        return made

    yield start
    for made, supervisor in labs:
        failed = supervisor.done() and not supervisor.cancelled() and supervisor.exception()
        supervisor.cancel()
        await asyncio.gather(supervisor, return_exceptions=True)
        await made.bus.close()
        await made.system.stop()
        assert not failed, first_cause(failed)


@pytest.fixture
def shared_packs() -> Path:
    """The incident packs beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the shared incident packs are not beside this checkout")
    return SHARED
