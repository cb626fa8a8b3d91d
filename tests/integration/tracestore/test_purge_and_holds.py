"""What is held stays, and what is purged is nowhere any more: streams, keys, objects, archive, trace index."""

import pytest
from inquest.bus.backup_hold import read_streams
from inquest.cli.holds import refuse_shorter
from inquest.cli.purge import PurgeRefused, carried_out, planned
from inquest.cli.purging import Target
from inquest.config.retention import RetentionConfig
from inquest.contracts import subjects as s
from inquest.contracts.latest import ProviderSwitch, SwitchBook, SwitchSetting, ToolCall
from inquest.contracts.payloads import decode, encode
from inquest.contracts.topology import (
    BUDGET_DEFAULTS,
    GATEWAY_APPROVALS,
    GATEWAY_JOURNAL,
    GATEWAY_LEDGER,
    GATEWAY_SWITCHES,
    NOTIFIER_THREADS,
    PAYLOADS,
)
from inquest.contracts.v1.switching import BOOK_KEY
from inquest.planner.adapters.histories import StreamHistories
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.archive import HOLDS
from inquest.tracestore.domain.search import Filters

pytestmark = pytest.mark.timeout(60)
ONE, TWO = InvestigationBuilder(1), InvestigationBuilder(2)
OTHER = InvestigationBuilder(1, "globex")


async def purge(desk, target):
    plan = await planned(desk.bus, target)
    await carried_out(desk.bus, plan, "they asked", "ada")
    await desk.settle()
    assert await desk.keeper.erase() == 1
    return plan


async def lying_about(desk, words: bytes) -> list[str]:
    """Return the subjects of every stream of the server whose message holds these words."""
    found = []
    for info in await read_streams(desk.bus.connection.js):
        if info.config.name not in {"AUDIT", "KV_erasures"}:
            async for batch in desk.bus.replay(info.config.name):
                found += [one.subject for _, one in batch if words in one.payload or words.decode() in one.subject]
    return found


async def test_a_purged_investigation_is_nowhere_and_nobody_opens_it_anew(desk, bus_factory):
    ref = await desk.bus.objects(PAYLOADS).put("acme", b"a large answer")
    for item in [*ONE.messages(), *TWO.messages()]:
        message = item.message
        if isinstance(message, ToolCall) and message.investigation_id == ONE.investigation_id:
            message = message.model_copy(update={"payload_ref": ref})
        await desk.bus.publish(item.subject, message, **item.keys)
    await desk.bus.kv(GATEWAY_JOURNAL).put("acme.call-step-1", b"an answer")
    await desk.bus.kv(NOTIFIER_THREADS).put(f"acme.{ONE.investigation_id}.terminal", b"told")
    await desk.bus.add("acme", ONE.investigation_id, "calls", amount=3)
    await desk.settle()
    plan = await purge(desk, Target("acme", ONE.investigation_id))
    assert plan.counts()["EVIDENCE"] == 9
    left = await lying_about(desk, ONE.investigation_id.encode())
    assert left == [f"evt.investigation.recorded.v1.acme.{ONE.investigation_id}"]
    (end,) = await desk.truth.of_investigation("acme", ONE.investigation_id)
    assert (end.message().number, end.message().cancelled.reason) == (10, "purged")
    assert (await StreamHistories(await bus_factory("planner"), 9).load("acme", ONE.investigation_id)).is_archived
    assert await desk.store.story("acme", ONE.investigation_id) is None
    assert await desk.store.story("acme", TWO.investigation_id) is not None
    assert await desk.bus.kv(GATEWAY_JOURNAL).get("acme.call-step-1") is None
    assert not await lying_about(desk, b"a large answer")
    assert await desk.store.search("acme", ('"shrank"',), Filters(), 9)


async def test_a_purged_incident_goes_with_its_signals_and_from_the_archive(desk):
    await desk.publish(ONE, TWO)
    desk.days = 20
    assert await desk.keeper.sweep() == 2
    await purge(desk, Target("acme", incident_id=ONE.incident_id))
    assert await desk.parts(ONE) == []
    assert len(await desk.parts(TWO)) == 1
    assert await desk.store.incident("acme", ONE.incident_id) is None
    assert await desk.store.incident("acme", TWO.incident_id) is not None
    assert not await lying_about(desk, ONE.signal_id.encode())
    assert await desk.audited("purged") == [ONE.investigation_id]


async def test_what_was_purged_does_not_come_back_with_an_old_archive(desk, desk_factory, tmp_path):
    await desk.publish(ONE)
    desk.days = 20
    await desk.keeper.sweep()
    folder = desk.archive.folder("investigations", "acme", ONE.investigation_id)
    old = {path: path.read_bytes() for path in folder.iterdir()}
    await purge(desk, Target("acme", ONE.investigation_id))
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in old.items():
        path.write_bytes(data)
    again = await desk_factory("again", days=20)
    assert await again.store.story("acme", ONE.investigation_id) is None
    assert await again.parts(ONE) == []


async def test_a_whole_tenant_goes_and_the_other_stays(desk):
    await desk.publish(ONE, TWO, OTHER)
    await purge(desk, Target("acme", before=desk.clock(), whole=True))
    left = await lying_about(desk, b"acme")
    assert {subject.rpartition(".")[0] for subject in left} == {"evt.investigation.recorded.v1.acme"}
    assert (await desk.held(OTHER))["EVIDENCE"] == 9
    assert await desk.store.story("globex", OTHER.investigation_id) is not None
    assert await desk.index.tenants() == ["acme", "globex"]  # of acme, ends without content


async def test_what_a_tenant_switched_saved_and_was_asked_to_approve_goes_with_it(desk):
    switches, setting = desk.bus.kv(GATEWAY_SWITCHES), SwitchSetting(use="internal")
    both = tuple(
        ProviderSwitch(tenant=one, domain="logs", setting=setting, by=f"ada of {one}", at=desk.clock())
        for one in ("acme", "globex")
    )
    for number in (1, 2):  # what was there before is kept too
        await switches.put(BOOK_KEY, encode(SwitchBook(number=number, switches=both[:number])).data)
    for bucket, key in (
        (GATEWAY_APPROVALS, "acme.call"),
        (GATEWAY_APPROVALS, "globex.call"),
        (BUDGET_DEFAULTS, "acme"),
        (GATEWAY_LEDGER, "switching.acme.logs"),
    ):
        await desk.bus.kv(bucket).put(key, b"something of this tenant")
    await purge(desk, Target("acme", before=desk.clock(), whole=True))
    rows = [one async for batch in desk.bus.replay(f"KV_{GATEWAY_SWITCHES.name}") for _, one in batch]
    assert [decode(one.payload, SwitchBook) for one in rows] == [SwitchBook(number=2, switches=both[1:])]
    assert await lying_about(desk, b"something of this tenant") == ["$KV.gateway-approvals.globex.call"]


@pytest.mark.parametrize("target", [Target("acme", ONE.investigation_id), Target("acme", incident_id=ONE.incident_id)])
async def test_a_hold_refuses_a_purge_until_it_ends(desk, target):
    await desk.publish(ONE)
    hold = await desk.hold(ONE, incident_id=ONE.incident_id)
    with pytest.raises(PurgeRefused, match="a court asks"):
        await planned(desk.bus, target)
    with pytest.raises(PurgeRefused, match="a court asks"):
        await planned(desk.bus, Target("acme", before=desk.clock(), whole=True))
    await desk.hold(ONE, incident_id=ONE.incident_id, ended_at=hold.at)
    assert (await planned(desk.bus, target)).messages


async def test_no_days_are_shortened_while_a_hold_stands(desk):
    before, after = RetentionConfig(), RetentionConfig(dead_days=9)
    await refuse_shorter(desk.bus, before, after)
    await desk.hold(ONE)
    await refuse_shorter(desk.bus, after, before)
    with pytest.raises(PurgeRefused, match="DEAD would keep less"):
        await refuse_shorter(desk.bus, before, after)


async def test_what_runs_is_not_purged(desk):
    for item in ONE.messages()[:6]:
        await desk.bus.publish(item.subject, item.message, **item.keys)
    with pytest.raises(PurgeRefused, match="runs"):
        await planned(desk.bus, Target("acme", ONE.investigation_id))


async def test_what_is_held_is_neither_archived_away_nor_deleted_and_is_copied_before_it_ages_out(desk):
    await desk.publish(ONE, TWO)
    await desk.hold(ONE, incident_id=ONE.incident_id, investigation_id=ONE.investigation_id)
    desk.days = 20
    assert await desk.keeper.sweep() == 1
    assert (await desk.held(ONE))["EVIDENCE"] == 9
    kept = desk.archive.read_all(desk.archive.folder(HOLDS, "acme", "case-1"))
    assert {record.stream for record in kept} == {"INCIDENTS", "SIGNALS", "TOOLCALLS", "OUTCOMES", "FEEDBACK"}
    assert not [record for record in kept if TWO.investigation_id in record.subject]
    late = ONE.feedback(feedback_id="feedback-2")
    await desk.bus.publish(s.FEEDBACK_GIVEN, late, tenant="acme", investigation=ONE.investigation_id)
    desk.days = 900
    await desk.keeper.sweep()
    assert len(desk.archive.parts(desk.archive.folder(HOLDS, "acme", "case-1"))) == 2
    assert await desk.store.story("acme", ONE.investigation_id) is not None
    await desk.hold(ONE, incident_id=ONE.incident_id, ended_at=desk.clock())
    await desk.keeper.sweep()
    assert not desk.archive.folder(HOLDS, "acme", "case-1").exists()
    assert await desk.held(ONE) != {"INVESTIGATIONS": 9, "EVIDENCE": 9, "VERDICTS": 1}


async def test_what_is_held_stays_in_the_archive_too(desk):
    await desk.publish(ONE)
    desk.days = 20
    await desk.keeper.sweep()
    await desk.hold(ONE)
    desk.days = 900
    await desk.keeper.sweep()
    assert len(await desk.parts(ONE)) == 1
