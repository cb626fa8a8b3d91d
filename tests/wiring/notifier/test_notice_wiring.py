from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from inquest.bus.port import Outgoing
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.topology import CONFIG, NOTIFIER_CLAIMS, consumer
from inquest.notifier.handlers import Handlers
from inquest.notifier.ports import MaybeDelivered, NotDelivered, Refused
from inquest.notifier.service import build
from inquest.notifier.settings import Settings
from inquest.testkit.memory import MemoryBus
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class FakeSender:
    """Takes what it is given, after failing as told."""

    failures: list[Exception] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def send(self, notice, channel):
        del channel
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(notice.notice_id)


def configured(**channel) -> Config:
    given = {"id": "hook", "kind": "webhook", "url": "https://example.com", "live": True, **channel}
    return Config.model_validate({"tenants": {"acme": {"channels": [given]}}})


@dataclass
class World:
    bus: MemoryBus
    sender: FakeSender
    config: Config

    async def current(self):
        return self.config

    def wire(self):
        handlers = Handlers(self.bus, self.bus.kv(NOTIFIER_CLAIMS), self.current, self.sender, lambda: NOW)
        self.bus.handle(consumer("notifier-conclusions"), handlers.on_recorded)
        self.bus.handle(consumer("notifier-notices"), handlers.on_notice)

    def outcomes(self):
        return [sent.outcome for sent in self.bus.published(s.NOTICE_SENT)]


STORED = [item for item in ONE.messages() if item.subject not in (s.NOTICE_SENT, s.FEEDBACK_GIVEN)]


@pytest.fixture
def world(memory_bus):
    world = World(memory_bus, FakeSender(), configured())
    world.wire()
    return world


async def test_a_conclusion_is_told_once(world):
    await world.bus.publish_many(STORED)
    await world.bus.settle()
    assert len(world.sender.sent) == 1
    assert world.outcomes() == ["sent"]
    (notice,) = world.bus.published(s.NOTICE_SEND)
    assert "E3 change" in notice.body
    await world.bus.redeliver("notifier-conclusions")
    await world.bus.redeliver("notifier-notices")
    assert len(world.sender.sent) == 1
    assert world.outcomes() == ["sent"]
    assert world.bus.errors == []


async def test_shadow_mode_records_and_sends_nothing(world):
    world.config = configured(live=False)
    await world.bus.publish_many(STORED)
    await world.bus.settle()
    assert world.sender.sent == []
    assert world.outcomes() == ["recorded"]


async def test_switching_to_shadow_mode_counts_for_notices_that_wait(world):
    await world.bus.publish_many(STORED)
    world.sender.failures = [NotDelivered("away")]
    original = world.sender.send

    async def send_then_switch(notice, channel):
        world.config = configured(live=False)
        await original(notice, channel)

    world.sender.send = send_then_switch
    await world.bus.settle()
    assert world.sender.sent == []
    assert world.outcomes() == ["recorded"]


@pytest.mark.parametrize("config", [Config(), Config.model_validate({"tenants": {"acme": {"channels": []}}})])
async def test_nobody_to_tell(world, config):
    world.config = config
    await world.bus.publish_many(STORED)
    await world.bus.settle()
    assert world.bus.published(s.NOTICE_SEND) == []
    assert world.bus.dead == []


def revision(number: int, **changes) -> list[Outgoing]:
    verdict = ONE.verdict(verdict_id=f"verdict-r{number}", revision=number, **changes)
    concluded = ONE.concluded(verdict_id=verdict.verdict_id, revision=number, band=verdict.band)
    keys = {"tenant": ONE.tenant, "investigation": ONE.investigation_id}
    return [Outgoing(s.VERDICT_REACHED, verdict, keys), ONE.recorded(8 + number, "concluded", concluded=concluded)]


async def test_only_a_revision_that_changes_the_answer_is_told(world):
    await world.bus.publish_many([*STORED, *revision(2, confidence=0.8)])
    await world.bus.settle()
    assert len(world.sender.sent) == 1
    await world.bus.publish_many(revision(3, band="proven"))
    await world.bus.settle()
    assert len(world.sender.sent) == 2


async def test_a_conclusion_waits_for_its_verdict(world):
    late = [item for item in STORED if item.subject is s.VERDICT_REACHED]
    await world.bus.publish_many([item for item in STORED if item.subject is not s.VERDICT_REACHED])
    read = world.bus.read

    async def read_then_publish(subject, **keys):
        found = await read(subject, **keys)
        if subject is s.VERDICT_REACHED and late:
            await world.bus.publish_many([late.pop()])
        return found

    world.bus.read = read_then_publish
    await world.bus.settle()
    assert "not there yet" in str(world.bus.errors[0])
    assert world.outcomes() == ["sent"]


@pytest.mark.parametrize(
    ("failures", "outcome", "sends"),
    [
        ([NotDelivered("answered 503")] * 3, "sent", 1),
        ([MaybeDelivered("no answer")], "may-have-been-sent", 1),
        ([Refused("answered 404")], "failed", 0),
        ([NotDelivered("answered 503")] * 20, "failed", 0),
        ([MaybeDelivered("no answer")] * 20, "may-have-been-sent", 0),
        ([NotDelivered("x"), MaybeDelivered("y"), Refused("answered 410")], "may-have-been-sent", 0),
    ],
)
async def test_failures_have_one_outcome(world, failures, outcome, sends):
    world.sender.failures = list(failures)
    await world.bus.publish_many(STORED)
    await world.bus.settle()
    assert world.outcomes() == [outcome]
    assert len(world.sender.sent) == sends
    assert world.bus.dead == []


class CrashedError(BaseException):
    """Stands for the death of the process."""


@pytest.mark.parametrize("sends_first", [True, False])
async def test_a_crash_between_send_and_record_is_the_one_doubt(world, sends_first):
    original = world.sender.send

    async def die(notice, channel):
        if sends_first:
            await original(notice, channel)
        raise CrashedError

    world.sender.send = die
    await world.bus.publish_many(STORED)
    with pytest.raises(CrashedError):
        await world.bus.settle()
    assert world.outcomes() == []
    world.sender.send = original
    await world.bus.redeliver("notifier-notices")
    assert world.outcomes() == ["may-have-been-sent"]
    assert len(world.sender.sent) == 1 + sends_first
    await world.bus.redeliver("notifier-notices")
    assert len(world.sender.sent) == 1 + sends_first


async def test_a_crash_after_the_record_sends_nothing_again(world):
    publish = world.bus.publish

    async def die(subject, message, **rest):
        if subject is s.NOTICE_SENT:
            raise CrashedError
        return await publish(subject, message, **rest)

    world.bus.publish = die
    await world.bus.publish_many(STORED)
    with pytest.raises(CrashedError):
        await world.bus.settle()
    world.bus.publish = publish
    await world.bus.redeliver("notifier-notices")
    assert world.outcomes() == ["sent"]
    assert len(world.sender.sent) == 1


async def test_the_service_is_wired(memory_bus):
    service = build(memory_bus, Settings())
    await ConfigStore(memory_bus.kv(CONFIG)).apply(configured(live=False), "test", NOW)
    await service.pings["config"]()
    await memory_bus.publish_many(STORED)
    await memory_bus.settle()
    assert [sent.outcome for sent in memory_bus.published(s.NOTICE_SENT)] == ["recorded"]
    for action in service.on_stop:
        await action()
