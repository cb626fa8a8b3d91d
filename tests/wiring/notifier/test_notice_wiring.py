"""What is told and what becomes of it, in memory."""

import pytest
from inquest.bus.port import Outgoing
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.latest import derive_id
from inquest.contracts.topology import CONFIG
from inquest.notifier.ports import MaybeDelivered, NotDelivered, Refused
from inquest.notifier.service import build
from inquest.notifier.settings import Settings
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
NOW = ONE.at(0)
STORED = [item for item in ONE.messages() if item.subject not in (s.NOTICE_SENT, s.FEEDBACK_GIVEN)]


def configured(**channel) -> Config:
    given = {"id": "hook", "kind": "webhook", "url": "https://example.com", "live": True, **channel}
    return Config.model_validate({"tenants": {"acme": {"channels": [given]}}})


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

    async def send_then_switch(notice, channel, thread):
        world.config = configured(live=False)
        return await original(notice, channel, thread)

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
    records = [(one.channel, one.held_by, one.reason) for one in world.records()]
    told = [("nobody", "rules", "no rule and no channel wants this")] if config.tenants.get("acme") else []
    assert records == told


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
        ([NotDelivered("answered 503")] * 40, "failed", 0),
        ([MaybeDelivered("no answer")] * 40, "may-have-been-sent", 0),
        ([NotDelivered("x"), MaybeDelivered("y"), Refused("answered 410")], "may-have-been-sent", 0),
    ],
)
async def test_failures_have_one_outcome(world, failures, outcome, sends):
    world.sender.failures = list(failures)
    await world.bus.publish_many(STORED)
    await world.bus.settle()
    assert world.outcomes() == [outcome]
    assert len(world.sender.sent) == sends
    assert len(world.bus.dead) == (0 if sends else 1)  # what was given up is there for a person to see


class CrashedError(BaseException):
    """Stands for the death of the process."""


@pytest.mark.parametrize("sends_first", [True, False])
async def test_a_crash_between_send_and_record_is_the_one_doubt(world, sends_first):
    original = world.sender.send

    async def die(notice, channel, thread):
        if sends_first:
            await original(notice, channel, thread)
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


async def test_what_was_given_up_is_sent_when_a_person_redrives_it(world):
    world.sender.failures = [Refused("answered 404")]
    await world.run(*STORED)
    assert world.outcomes() == ["failed"]
    (notice,) = world.commanded()
    again = Outgoing(s.NOTICE_SEND, notice, {"channel": "hook", "tenant": "acme", "notice": notice.notice_id})
    await world.run(again)
    assert world.outcomes() == ["failed", "sent"]
    await world.run(again)
    assert len(world.sender.sent) == 1
    assert world.outcomes() == ["failed", "sent"]


async def test_a_command_that_the_server_took_twice_leaves_one_record(world):
    await world.run(*STORED)
    (notice,) = world.commanded()
    keys = {"channel": "hook", "tenant": "acme", "notice": notice.notice_id}
    await world.run(Outgoing(s.NOTICE_SEND, notice, keys))
    assert (len(world.sender.sent), world.outcomes()) == (1, ["sent"])


async def test_a_channel_that_can_look_is_never_sent_to_twice(world):
    original = world.sender.send

    async def die(notice, channel, thread):
        await original(notice, channel, thread)
        raise CrashedError

    world.sender.send = die
    await world.bus.publish_many(STORED)
    with pytest.raises(CrashedError):
        await world.bus.settle()
    world.sender.send = original
    (notice,) = world.commanded()
    world.sender.there = {notice.notice_id: "thread-1"}
    await world.bus.redeliver("notifier-notices")
    (record,) = world.records()
    assert (record.outcome, record.thread, len(world.sender.sent)) == ("sent", "thread-1", 1)
    assert "had arrived" in record.reason


async def test_a_channel_that_can_look_and_finds_nothing_leaves_no_doubt(world):
    world.sender.failures = [MaybeDelivered("no answer")]
    world.sender.there = {}
    await world.run(*STORED)
    assert (world.outcomes(), len(world.sender.sent)) == (["sent"], 1)


async def test_one_thread_for_each_incident_and_channel(world):
    await world.run(*STORED)
    await world.run(*revision(2, band="proven"))
    assert world.sender.sent == [("verdict", None), ("revision", "thread-1")]
    assert [record.thread for record in world.records()] == ["thread-1", "thread-1"]
    _, notice = world.commanded()
    assert notice.content.changed == ("confidence: was likely (0.87), is now proven (0.87)",)
    assert notice.subject.startswith("[changed] [proven 0.87]")
    assert notice.body.startswith("Changed    confidence: was likely")


async def test_a_late_notice_does_not_replace_a_newer_one(world):
    world.sender.failures = [NotDelivered("away")] * 3
    await world.bus.publish_many([*STORED, *revision(2, band="proven")])
    await world.bus.settle()
    by_kind = {record.kind: record for record in world.records()}
    assert by_kind["revision"].outcome == "sent"
    if by_kind["verdict"].outcome == "recorded":
        assert by_kind["verdict"].held_by == "overtaken"


async def test_what_is_sent_names_its_cause_and_holds_no_secret(world):
    leak = "deploy by ci, password=hunter2secret, was the last change"
    verdict = ONE.verdict(headline=leak)
    rest = [item for item in STORED if item.subject is not s.VERDICT_REACHED]
    await world.run(Outgoing(s.VERDICT_REACHED, verdict, {"tenant": "acme", "investigation": ONE.investigation_id}))
    await world.run(*rest)
    (notice,) = world.commanded()
    assert "hunter2secret" not in notice.model_dump_json()
    assert "[redacted:password]" in notice.content.headline
    assert notice.content.refs == ()
    assert (notice.incident_id, notice.content.sources) == (ONE.incident_id, ("pagerduty",))
    assert derive_id("investigation", "acme", notice.incident_id) == notice.investigation_id


async def test_waits_grow_and_are_never_shorter_than_the_channel_asks(world):
    world.sender.failures = [NotDelivered("busy", after_s=40), *[NotDelivered("away") for _ in range(12)]]
    await world.run(*STORED)
    waits = [error.after_s for error in world.bus.errors]
    assert waits[:4] == [40, 2, 4, 8]
    assert max(waits) == 300
    assert world.outcomes() == ["sent"]
