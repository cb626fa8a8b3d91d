"""SIGKILL after the channel took a notice and before that was recorded: who can be asked is asked; nothing repeats."""

import asyncio
import os
import sys
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from aiosmtpd.smtp import SMTP
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.topology import CONFIG
from inquest.testkit.backends import Backend, Received, Reply
from inquest.testkit.fixtures import until
from inquest.testkit.notices import AT, notice

HANG = Reply(how="hang")


class Services:
    """PagerDuty, Jira, Slack and a chat's webhook at one address. Each keeps the first message and never answers it."""

    def __init__(self):
        self.taken = {"pagerduty": [], "jira": [], "slack": [], "mattermost": [], "email": []}
        self.over = asyncio.Event()

    def __call__(self, received: Received) -> Reply:
        name = received.path.split("/")[1]
        kept = self.taken[name]
        if received.method == "GET":
            return Reply(200, {"ok": True, "notes": kept, "comments": kept, "messages": kept})
        said = received.json()
        kept.append({"ts": "17.1", "id": "10", **said, **said.get("note", {})})
        return HANG if len(kept) == 1 else Reply(200, {"ok": True, "ts": "17.2", "id": "11"})

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — aiosmtpd's name
        self.taken["email"].append(envelope.content)
        if len(self.taken["email"]) == 1:
            await self.over.wait()
        return "250 queued"


def channels(url, port):
    slow = {"live": True, "timeout_ms": 60_000}
    api = {"token": "env:TEST_TOKEN", **slow}
    return [
        {"id": "pagerduty", "kind": "pagerduty", "url": f"{url}/pagerduty", "from_email": "a@example.com", **api},
        {"id": "jira", "kind": "jira", "url": f"{url}/jira", **api},
        {"id": "slack", "kind": "slack", "url": f"{url}/slack", "channel": "C1", **api},
        {"id": "mattermost", "kind": "mattermost", "webhook_url": "env:TEST_HOOK", **slow},
        {"id": "email", "kind": "email", "host": "127.0.0.1", "port": port, "tls": "none", **slow}
        | {"sender": "a@example.com", "to": ["b@example.com"]},
    ]


@asynccontextmanager
async def notifier(server, directory, url):
    settings = {
        "INQUEST_NATS_URL": server.url,
        "INQUEST_DATA_DIR": str(directory),
        "TEST_TOKEN": "t0ken",
        "TEST_HOOK": f"{url}/mattermost",
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inquest.notifier", env=os.environ | settings, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        child.kill()
        await child.wait()


@pytest.mark.slow
async def test_nothing_is_told_twice_where_the_channel_can_be_asked(bus, nats_server, tmp_path):
    services = Services()
    mail = await asyncio.get_running_loop().create_server(lambda: SMTP(services, hostname="mail"), "127.0.0.1", 0)
    async with Backend(serve=services).listening() as backend:
        given = channels(backend.url, mail.sockets[0].getsockname()[1])
        config = Config.model_validate({"tenants": {"acme": {"channels": given}}})
        await ConfigStore(bus.kv(CONFIG)).apply(config, "test", AT)
        for number, channel in enumerate(given):
            one = notice(notice_id=f"{number}".rjust(32, "0"), channel=channel["id"])
            await bus.publish(s.NOTICE_SEND, one, tenant="acme", channel=one.channel, notice=one.notice_id)
        async with notifier(nats_server, tmp_path, backend.url):
            await until(lambda: all(map(len, services.taken.values())))
        assert await bus.read(s.NOTICE_SENT, tenant="acme") == []
        async with notifier(nats_server, tmp_path, backend.url):

            async def all_recorded():
                return len(await bus.read(s.NOTICE_SENT, tenant="acme")) == len(given)

            await until(all_recorded, 40)
        services.over.set()
    mail.close()
    outcomes = {one.message.channel: one.message.outcome for one in await bus.read(s.NOTICE_SENT, tenant="acme")}
    assert Counter(outcomes.values()) == {"sent": 3, "may-have-been-sent": 2}
    told = {name: len(kept) for name, kept in services.taken.items()}
    assert told == {"pagerduty": 1, "jira": 1, "slack": 1, "mattermost": 2, "email": 2}
    first, second = services.taken["email"]
    assert b"\nMessage-ID: <acme.00000000000000000000000000000004@example.com>" in first
    assert second.split(b"Date:")[1][40:] == first.split(b"Date:")[1][40:]  # the same mail, by which it can be dropped
