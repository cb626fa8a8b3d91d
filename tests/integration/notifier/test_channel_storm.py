"""Many notices at once over the real bus: all arrive, none too fast, and a back end that asks for a pause gets it."""

import asyncio

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.topology import CONFIG
from inquest.notifier.adapters.pace import BURST
from inquest.notifier.service import build
from inquest.notifier.settings import Settings
from inquest.testkit.backends import Reply
from inquest.testkit.fixtures import running, until
from inquest.testkit.notices import AT, notice

NOTICES = 30
PER_MINUTE = 1200


class Chat:
    """Takes messages; refuses the third with a pause of one second, and everything during it."""

    def __init__(self):
        self.taken, self.refused, self.pause_until = [], 0, 0.0

    def __call__(self, received):
        now = asyncio.get_running_loop().time()
        if len(self.taken) == 2 and not self.refused:
            self.pause_until = now + 1
        if now < self.pause_until:
            self.refused += 1
            return Reply(429, headers={"retry-after": "1"})
        self.taken.append(now)
        return Reply()


@pytest.fixture
async def sent(bus, bus_factory, backend, monkeypatch):
    """Send all notices through the service; return what became of them."""
    monkeypatch.setenv("TEST_HOOK", f"{backend.url}/hook")
    channel = {"id": "ops", "kind": "teams", "webhook_url": "env:TEST_HOOK", "live": True, "per_minute": PER_MINUTE}
    config = Config.model_validate({"tenants": {"acme": {"channels": [channel]}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", AT)
    backend.serve = Chat()
    notifier = await bus_factory("notifier")
    service = build(notifier, Settings())
    for number in range(NOTICES):
        one = notice(notice_id=f"n{number}", investigation_id=f"inv-{number}")
        await bus.publish(s.NOTICE_SEND, one, tenant="acme", channel="ops", notice=one.notice_id)

    async def all_recorded():
        return len(await bus.read(s.NOTICE_SENT, tenant="acme")) >= NOTICES

    async with running(notifier):
        await until(all_recorded, 40)
    for action in service.on_stop:
        await action()
    return [one.message.outcome for one in await bus.read(s.NOTICE_SENT, tenant="acme")]


@pytest.mark.slow
async def test_a_storm_of_notices_is_no_storm_of_requests(sent, backend):
    assert sent == ["sent"] * NOTICES
    taken = backend.serve.taken
    assert len(taken) == NOTICES
    assert backend.serve.refused <= BURST  # those that were on their way when the pause was asked for
    for start in range(NOTICES - BURST - 1):
        passed_s = taken[start + BURST + 1] - taken[start]
        assert passed_s >= 0.5 * 60 / PER_MINUTE  # the line adds jitter
