"""The notifier wired in memory: a sender that fails as told, a configuration that can be changed, and switches."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from inquest.audit import AuditLog
from inquest.config import Config
from inquest.contracts import subjects as s
from inquest.contracts.topology import MUTES, NOTIFIER_CLAIMS, NOTIFIER_THREADS, SWITCHES, consumer
from inquest.contracts.v1.controls import EVERYWHERE, PANIC_KEY, Mute, Mutes, PanicState, PanicSwitch
from inquest.notifier.controls import Controls
from inquest.notifier.handlers import Handlers
from inquest.notifier.outbox import Outbox
from inquest.notifier.ports import CannotTell
from inquest.notifier.reading import Reading
from inquest.testkit.memory import MemoryBus

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class FakeSender:
    """Takes what it is given, after failing as told. `there`: what a look at the channel finds; None: it cannot."""

    failures: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str | None]] = field(default_factory=list)  # kind, thread
    told: list = field(default_factory=list)  # channels, as they were when sent to
    there: dict[str, str] | None = None

    def render(self, notice, channel, thread):
        del thread
        return f"{channel.id}: {notice.subject}"

    async def find(self, notice, channel, thread):
        del channel, thread
        if self.there is None:
            raise CannotTell("no way to look")
        return self.there.get(notice.notice_id)

    async def send(self, notice, channel, thread):
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((notice.kind, thread))
        self.told.append(channel)
        return thread or f"thread-{len(self.sent)}"


HOOK = {"id": "hook", "kind": "webhook", "url": "https://example.com", "live": True}


@dataclass
class World:
    bus: MemoryBus
    sender: FakeSender
    config: Config = field(default_factory=Config)
    now: datetime = NOW

    async def current(self):
        return self.config

    def configure(self, *channels, **tenant):
        """Set the tenant's channels, each over a live webhook where it has no kind of its own."""
        given = [one if "kind" in one else {**HOOK, **one} for one in channels] or [HOOK]
        self.config = Config.model_validate({"tenants": {"acme": {"channels": given, **tenant}}})

    def wire(self):
        threads = self.bus.kv(NOTIFIER_THREADS)
        controls = Controls(self.bus.kv(SWITCHES), self.bus.kv(MUTES), self.current, lambda: self.now)
        handlers = Handlers(self.bus, threads, controls, Reading(self.bus))
        outbox = Outbox(
            self.bus,
            self.bus.kv(NOTIFIER_CLAIMS),
            threads,
            controls,
            self.sender,
            lambda: self.now,
            AuditLog(self.bus, "notifier"),
        )
        self.bus.handle(consumer("notifier-conclusions"), handlers.on_recorded)
        self.bus.handle(consumer("notifier-incidents"), handlers.on_incident)
        self.bus.handle(consumer("notifier-admissions"), handlers.on_admission)
        self.bus.handle(consumer("notifier-feedback"), handlers.on_feedback)
        self.bus.handle(consumer("notifier-due"), handlers.on_due)
        self.bus.handle(consumer("notifier-notices"), outbox.on_notice)

    async def run(self, *items):
        await self.bus.publish_many(items)
        await self.bus.settle()

    async def panic(self, *, on=True, tenant=EVERYWHERE):
        switch = PanicSwitch(tenant=tenant, on=on, by="ada", at=self.now, reason="wrong people")
        await self.bus.kv(SWITCHES).put(PANIC_KEY, PanicState(switches=(switch,)).model_dump_json().encode())

    async def mute(self, mute: Mute):
        await self.bus.kv(MUTES).put(mute.tenant, Mutes(mutes=(mute,)).model_dump_json().encode())

    def records(self):
        return self.bus.published(s.NOTICE_SENT)

    def outcomes(self):
        return [sent.outcome for sent in self.records()]

    def commanded(self):
        return self.bus.published(s.NOTICE_SEND)


@pytest.fixture
def world(memory_bus):
    world = World(memory_bus, FakeSender())
    world.configure()
    world.wire()
    return world
