"""A closed investigation goes from the streams into the archive, and nothing of it is lost or begun anew."""

import gzip

import pytest
from inquest.bus.port import Outgoing
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import ToolCall
from inquest.contracts.topology import GATEWAY_JOURNAL, PAYLOADS
from inquest.planner.adapters.histories import StreamHistories
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.archive import INVESTIGATIONS
from inquest.tracestore.domain.bundle import ArchiveDamaged

pytestmark = pytest.mark.timeout(60)
ONE, TWO = InvestigationBuilder(1), InvestigationBuilder(2)
LATE = 20  # days: past the 14 that a closed investigation stays in the streams


async def test_what_is_not_due_stays(desk):
    await desk.publish(ONE)
    assert await desk.keeper.sweep() == 0
    assert await desk.held(ONE) == {"INVESTIGATIONS": 9, "EVIDENCE": 9, "VERDICTS": 1}


async def test_a_closed_investigation_is_archived_verified_told_and_then_purged(desk):
    await desk.publish(ONE, TWO)
    await desk.bus.kv(GATEWAY_JOURNAL).put("acme.call-step-1", b"an answer")
    before = await desk.store.story(ONE.tenant, ONE.investigation_id)
    live = await desk.truth.of_investigation(ONE.tenant, ONE.investigation_id)
    desk.days = LATE
    assert await desk.keeper.sweep() == 2
    assert await desk.held(ONE) == {"INVESTIGATIONS": 1, "EVIDENCE": 0, "VERDICTS": 0}
    assert await desk.bus.kv(GATEWAY_JOURNAL).get("acme.call-step-1") is None
    (part,) = await desk.parts(ONE)
    assert (part.incident_id, part.streams["EVIDENCE"].count, part.streams["SIGNALS"].count) == (ONE.incident_id, 9, 1)
    kept = desk.archive.read_all(desk.archive.folder(INVESTIGATIONS, ONE.tenant, ONE.investigation_id))
    assert {record.place: record for record in kept} | {r.place: r for r in live} == {r.place: r for r in kept}
    assert sorted(await desk.audited("investigation-archived")) == sorted([ONE.investigation_id, TWO.investigation_id])
    assert await desk.store.story(ONE.tenant, ONE.investigation_id) == before
    assert await desk.keeper.sweep() == 0


async def test_a_rebuilt_index_gives_the_same_answers(desk, desk_factory):
    await desk.publish(ONE, TWO)
    desk.days = LATE
    await desk.archiver.archive_one(ONE.tenant, ONE.investigation_id, desk.clock(), await desk.truth.usage())
    rebuilt = await desk_factory("rebuilt", days=LATE)
    for builder in (ONE, TWO):
        for ask in ("story", "incident"):
            name = builder.investigation_id if ask == "story" else builder.incident_id
            assert await getattr(rebuilt.store, ask)("acme", name) == await getattr(desk.store, ask)("acme", name)
    assert await rebuilt.index.archived() == {(ONE.tenant, ONE.investigation_id)}
    assert await rebuilt.keeper.sweep() == 1  # the other one: what is archived is not archived again


async def test_what_comes_late_becomes_a_part_of_its_own_and_opens_nothing(desk, bus_factory):
    await desk.publish(ONE)
    desk.days = LATE
    await desk.keeper.sweep()
    planner = StreamHistories(await bus_factory("planner"), 10)
    history = await planner.load(ONE.tenant, ONE.investigation_id)
    assert (history.state, history.is_archived) == (None, True)
    opened = next(item for item in ONE.messages() if item.subject is s.INVESTIGATION_RECORDED)
    with pytest.raises(Conflict):  # somebody who knows nothing of an archive, and believes that nothing was recorded
        await desk.bus.publish(opened.subject, opened.message, expect_last=0, **opened.keys)
    late = ONE.feedback(feedback_id="feedback-late", judgement="wrong")
    await desk.bus.publish(s.FEEDBACK_GIVEN, late, tenant=ONE.tenant, investigation=ONE.investigation_id)
    revised = ONE.verdict(verdict_id="verdict-late", revision=2)
    await desk.bus.publish(s.VERDICT_REACHED, revised, tenant=ONE.tenant, investigation=ONE.investigation_id)
    await desk.settle()
    desk.days = 2 * LATE
    assert await desk.keeper.sweep() == 1
    assert await desk.held(ONE) == {"INVESTIGATIONS": 1, "EVIDENCE": 0, "VERDICTS": 0}
    assert {name: found.count for name, found in (await desk.parts(ONE))[1].streams.items()} == {
        "VERDICTS": 1,
        "FEEDBACK": 1,
    }


async def test_what_somebody_still_reads_or_that_runs_is_left_alone(desk):
    running = InvestigationBuilder(3)
    for item in running.messages()[:8]:
        await desk.bus.publish(item.subject, item.message, **item.keys)
    for item in ONE.messages():
        await desk.bus.publish(item.subject, item.message, **item.keys)
    await desk.handlers.catch_up_all()  # the index has it; the durables have not
    desk.days = LATE
    assert await desk.keeper.sweep() == 0
    await desk.settle()
    assert await desk.keeper.sweep() == 1
    assert (await desk.held(running))["INVESTIGATIONS"] > 1


async def test_payloads_are_kept_with_their_calls(desk):
    ref = await desk.bus.objects(PAYLOADS).put(ONE.tenant, b"a large answer")
    messages = [
        Outgoing(item.subject, item.message.model_copy(update={"payload_ref": ref}), item.keys)
        if isinstance(item.message, ToolCall)
        else item
        for item in ONE.messages()
    ]
    for item in messages:
        await desk.bus.publish(item.subject, item.message, **item.keys)
    await desk.settle()
    desk.days = LATE
    assert await desk.keeper.sweep() == 1
    assert desk.archive.get_object(ref) == b"a large answer"
    desk.days = 500
    await desk.keeper.sweep()
    assert not desk.archive.has_object(ref)


async def test_nothing_is_purged_where_the_archive_is_not_what_was_written(desk):
    await desk.publish(ONE)
    desk.days = LATE
    add = desk.archive.add

    def spoilt(folder, manifest, records):
        whole = add(folder, manifest, records)
        path = folder / "001.ndjson.gz"
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"pool wait", b"pool rest")))
        return whole

    desk.archive.add = spoilt
    with pytest.raises(ArchiveDamaged, match="was changed"):
        await desk.archiver.archive_one(ONE.tenant, ONE.investigation_id, desk.clock(), await desk.truth.usage())
    assert await desk.held(ONE) == {"INVESTIGATIONS": 9, "EVIDENCE": 9, "VERDICTS": 1}


async def test_what_is_archived_long_enough_is_deleted_with_its_remnant(desk):
    await desk.publish(ONE)
    desk.days = LATE
    await desk.keeper.sweep()
    desk.days = 500
    await desk.keeper.sweep()
    assert await desk.held(ONE) == {"INVESTIGATIONS": 0, "EVIDENCE": 0, "VERDICTS": 0}
    assert await desk.parts(ONE) == []
    assert await desk.store.story(ONE.tenant, ONE.investigation_id) is None
    assert await desk.audited("archive-deleted") == [ONE.investigation_id]


async def test_a_full_disk_archives_nothing_and_purges_nothing(desk):
    await desk.publish(ONE)
    desk.days = LATE
    desk.folder.mkdir(parents=True, exist_ok=True)
    (desk.folder / "investigations").write_text("in the way")
    with pytest.raises(RetryLater, match="cannot be written"):
        await desk.archiver.archive_one(ONE.tenant, ONE.investigation_id, desk.clock(), await desk.truth.usage())
    assert (await desk.held(ONE))["EVIDENCE"] == 9
