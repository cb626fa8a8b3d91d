"""The disk under nats-server is full: intake answers 503, nothing that was accepted is lost, and then all goes on."""

import httpx
import pytest
from inquest.testkit.arena import arena, differences
from inquest.testkit.fixtures import until
from inquest.testkit.lab import BUNDLED

from scripts.chaos_outages import Outages, limit_files

TENANTS = [f"t-{number}" for number in range(4)]


@pytest.mark.timeout(180)
@pytest.mark.slow
async def test_a_full_disk_under_the_bus_is_answered_503_and_loses_nothing(tmp_path):
    async with arena(tmp_path, BUNDLED, TENANTS) as running:
        await running.settle(await running.page())
        begun = [await running.page() for _ in range(2)]  # in the middle of their investigations
        limit_files(running.fleet.server.pid, 0)  # no file of the server can grow, as on a full disk
        one = running.scenarios[3]
        where = f"{running.fleet.url('intake')}/webhooks/{one.source}/{one.tenant}"

        async def post() -> int:
            try:
                answer = await running.http.post(where, content=one.body, headers=one.headers(running.secret))
            except httpx.TransportError:
                return 0
            return answer.status_code

        async def is_refused() -> bool:
            return await post() == httpx.codes.SERVICE_UNAVAILABLE

        await until(is_refused, 30)
        await Outages(running, None).end()  # there is space again, and nats-server is started again
        late = await running.page()
        await running.settle(*begun, late)
        told = await running.tales()
        assert [text for name in (*begun, late) for text in differences(told[name], told[TENANTS[0]], name)] == []
        assert await running.dead_letters() == []
