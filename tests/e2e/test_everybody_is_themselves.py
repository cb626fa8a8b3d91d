"""A page to its verdict where every service is a user of its own: nothing that any of them needs is refused."""

from pathlib import Path

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.bus.users import OPERATOR
from inquest.cli.processes import ProcessSystem
from inquest.cli.scenario import add_tenants, scenario, write_secret
from inquest.cli.system import START_ORDER, password_file
from inquest.config import Config
from inquest.contracts import subjects as s
from inquest.testkit.fixtures import until
from inquest.testkit.lab import BUNDLED, LabFactory

pytestmark = pytest.mark.timeout(120)


async def test_in_one_process(lab: LabFactory) -> None:
    running = await lab(BUNDLED, secured=True)
    (one,) = running.scenarios
    assert (await running.page(one)).status_code == 202
    verdict = await running.concluded(one)
    assert verdict.hypotheses
    async with httpx.AsyncClient() as http:
        for name in START_ORDER:
            reply = await http.get(f"{running.system.url(name)}/readyz")
            assert reply.status_code == 200, reply.text
    told = {name: host.bus.connection.denials.texts for name, host in running.system.hosts.items()}
    assert told == {name: [] for name in START_ORDER}


@pytest.mark.slow
async def test_in_a_process_each(tmp_path: Path) -> None:
    one, secret = scenario(BUNDLED), write_secret(tmp_path, "webhook")
    async with ProcessSystem(tmp_path / "var", add_tenants(Config(), [one], secret)) as system:
        bus = Bus(system.server.url, OPERATOR, OPERATOR, password_file(system.server, OPERATOR))
        await bus.connect()
        try:
            url = f"{system.url('intake')}/webhooks/{one.source}/{one.tenant}"
            async with httpx.AsyncClient() as http:
                reply = await http.post(url, content=one.body, headers=one.headers(secret.read_text()))
            assert reply.status_code == 202

            async def concluded() -> bool:
                events = await bus.read(s.INVESTIGATION_RECORDED, tenant=one.tenant)
                return any(event.message.concluded for event in events)

            await until(concluded, timeout_s=60)
        finally:
            await bus.close()
    logs = {name: (tmp_path / "var" / f"{name}.log").read_text().lower() for name in START_ORDER}
    assert [name for name, log in logs.items() if "permissions violation" in log] == []
    assert all("service_started" in log for log in logs.values())
