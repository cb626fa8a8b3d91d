"""Notices over a real nats-server to a real HTTP server, a real file and a real stream."""

import asyncio
import hashlib
import hmac
import io
import json
import socket
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import pytest_asyncio
import uvicorn
from inquest.config import Config, ConfigStore
from inquest.config.channels import FileChannel, TerminalChannel, WebhookChannel
from inquest.contracts import subjects as s
from inquest.contracts.latest import Notice
from inquest.contracts.topology import CONFIG
from inquest.notifier.adapters.senders import Senders
from inquest.notifier.ports import NotDelivered
from inquest.notifier.service import build
from inquest.notifier.settings import Settings
from inquest.testkit.fixtures import running, until
from inquest.testkit.stories import InvestigationBuilder
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

ONE = InvestigationBuilder()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOTICE = Notice(
    notice_id="n-1",
    tenant="acme",
    investigation_id="i-1",
    verdict_id="v-1",
    revision=1,
    channel="hook",
    subject="subject",
    body="body",
    payload='{"a": 1}',
    live=True,
)


@dataclass
class Receiver:
    """A webhook's other end: answers as told, keeps what it got."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request):
        self.requests.append((dict(request.headers), await request.body()))
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 0:
            await self.hold.wait()
        return Response(status_code=status or 204, headers={"location": "/elsewhere"} if status == 302 else None)


@asynccontextmanager
async def serving(receiver):
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    receiver.url = f"http://127.0.0.1:{bound.getsockname()[1]}/hook"
    app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    server.capture_signals = nullcontext
    task = asyncio.create_task(server.serve(sockets=[bound]))
    await until(lambda: server.started)
    try:
        yield
    finally:
        receiver.hold.set()
        server.should_exit = True
        await task


@pytest_asyncio.fixture
async def receiver():
    receiver = Receiver()
    async with serving(receiver):
        yield receiver


@pytest_asyncio.fixture
async def senders():
    senders = Senders(lambda: NOW)
    yield senders
    await senders.close()


def hook(receiver, **changes):
    return WebhookChannel.model_validate({"id": "hook", "kind": "webhook", "url": receiver.url, **changes})


async def test_a_conclusion_arrives_signed(bus, bus_factory, receiver, tmp_path):
    (tmp_path / "secret").write_text("s3cret")
    channels = [hook(receiver, secret=f"file:{tmp_path}/secret", live=True)]
    config = Config.model_validate({"tenants": {"acme": {"channels": [item.model_dump() for item in channels]}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", NOW)
    receiver.statuses = [503]
    notifier = await bus_factory("notifier")
    service = build(notifier, Settings())
    for item in ONE.messages():
        if item.subject not in (s.NOTICE_SENT, s.FEEDBACK_GIVEN):
            await bus.publish(item.subject, item.message, **item.keys)

    async def recorded() -> bool:
        return bool(await bus.read(s.NOTICE_SENT, tenant="acme"))

    async with running(notifier):
        await until(recorded)
    for action in service.on_stop:
        await action()
    (sent,) = await bus.read(s.NOTICE_SENT, tenant="acme")
    assert sent.message.outcome == "sent"
    (first, _), (headers, body) = receiver.requests  # 503 first, then taken
    stamp = headers["x-inquest-timestamp"]
    expected = hmac.new(b"s3cret", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-inquest-signature"] == f"v1={expected}"
    assert first["x-inquest-notice-id"] == headers["x-inquest-notice-id"] == sent.message.notice_id
    assert json.loads(body)["verdict"]["band"] == "likely"


async def test_without_a_secret_there_is_no_signature(receiver, senders):
    await senders.send(NOTICE, hook(receiver))
    ((headers, body),) = receiver.requests
    assert "x-inquest-signature" not in headers
    assert body == b'{"a": 1}'


async def test_file_and_terminal(senders, tmp_path):
    path = tmp_path / "deep" / "notices.txt"
    for _ in range(2):
        await senders.send(NOTICE, FileChannel(id="file", kind="file", path=path))
    assert path.read_text() == "subject\nbody\n" * 2
    with pytest.raises(NotDelivered, match="cannot write"):
        await senders.send(NOTICE, FileChannel(id="file", kind="file", path=tmp_path))
    terminal = io.StringIO()
    shown = Senders(lambda: NOW, terminal)
    await shown.send(NOTICE, TerminalChannel(id="terminal", kind="terminal"))
    assert terminal.getvalue() == "subject\nbody\n"
    await shown.close()
