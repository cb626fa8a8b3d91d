from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import ChangesRequest, ChangesResponse, LogsRequest, Signal, SignalChange, Window
from inquest.contracts.subjects import CHANGE_RECEIVED
from inquest.gateway.domain.pages import page
from inquest.gateway.domain.received import changes_of
from inquest.gateway.ports import ProviderError
from inquest.rca import tables as rca
from inquest.rca.changes import find_change_risks
from inquest.testkit.memory import MemoryBus
from inquest.testkit.providers import ask, made
from inquest.worker.domain import tables

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = Window(start=T0 - timedelta(hours=12), end=T0 + timedelta(hours=12))


def signal(minute=0, ref="r1", services=("cart",), dedup_key="", phase="", repository="acme/shop", **change) -> Signal:
    at = T0 + timedelta(minutes=minute)
    return Signal(
        signal_id=f"s-{minute}-{ref.lower()}-{phase}",
        tenant="acme",
        source="github",
        kind="change",
        occurred_at=at,
        received_at=at,
        title=f"{ref} {phase}".strip(),
        services=services,
        labels={"phase": phase} if phase else {},
        dedup_key=dedup_key,
        change=SignalChange(ref=ref, repository=repository, **change),
    )


def commit(minute, ref, services=("cart",), **change) -> Signal:
    return signal(minute, ref, services, kind="commit", **change)


def read(*signals, flags=False, **query):
    return changes_of(signals, ChangesRequest(window=DAY, **query), flags=flags)


def minutes(rows):
    return [(row.ref, (row.time - T0.timestamp()) / 60, row.kind, row.service) for row in rows]


def test_what_is_told_several_times_is_one_change_from_when_it_was_under_way():
    asked = signal(0, phase="requested", dedup_key="d")
    started = signal(30, phase="started", dedup_key="d")
    done = signal(40, phase="finished", dedup_key="d")
    [whole] = read(done, asked, started)
    assert minutes([whole]) == [("r1", 30.0, "deploy", "cart")]
    assert whole.message == "r1 finished"
    assert minutes(read(asked, done)) == [("r1", 0.0, "deploy", "cart")]
    assert len(read(asked, signal(0, phase="requested", dedup_key="e", ref="r2"))) == 2


def test_a_deploy_has_a_row_per_service_and_a_commit_to_several_has_none():
    assert [row.service for row in read(signal(services=("ads", "cart")))] == ["ads", "cart"]
    assert [row.service for row in read(commit(0, "c1", ("ads", "cart"), files=("ads/a.py",)))] == [None]
    assert read(commit(0, "c1", ("cart",), files=("a.py",), author="ann"))[0].model_dump(
        exclude_none=True, exclude_defaults=True
    ) == {
        "time": T0.timestamp(),
        "kind": "commit",
        "service": "cart",
        "ref": "c1",
        "author": "ann",
        "message": "c1",
        "files": ["a.py"],
        "repository": "acme/shop",
    }
    assert read(signal(services=(), ref=""))[0].ref == "s-0--"


def test_a_deploy_ships_the_commits_before_it_each_once():
    rows = read(
        commit(0, "c1"),
        commit(0, "c2", ("ads",)),
        commit(5, "c3"),
        commit(20, "c4"),
        commit(0, "x1", repository="acme/other"),
        signal(10, "c3", ("ads", "cart")),
        signal(30, "c4"),
        signal(40, "v1"),
    )
    assert sorted(row.ref for row in rows if row.kind == "commit") == ["c1", "c2", "c3", "c4", "x1"]
    deploys = [row for row in minutes(rows) if row[2] == "deploy"]
    assert deploys == [
        ("c1", 10.0, "deploy", "cart"),
        ("c2", 10.0, "deploy", "ads"),
        ("c3", 10.0, "deploy", "ads"),
        ("c3", 10.0, "deploy", "cart"),
        ("c4", 30.0, "deploy", "cart"),
        ("v1", 40.0, "deploy", "cart"),
    ]


def test_flags_are_a_domain_of_their_own():
    flag, deploy = signal(ref="new-checkout", kind="flag"), signal()
    assert [row.ref for row in read(flag, deploy, flags=True)] == ["new-checkout"]
    assert [row.ref for row in read(flag, deploy)] == ["r1"]


def test_time_services_and_the_limit_are_kept():
    many = [signal(minute, f"r{minute}", dedup_key=str(minute)) for minute in range(-800, 800, 100)]
    request = ChangesRequest(window=DAY, rows_max=3)
    newest = page(changes_of(many, request, flags=False), request, newest=True)
    assert ([row.ref for row in newest.rows], newest.left) == (["r500", "r600", "r700"], 12)
    assert read(signal(services=("ads",)), services=("cart",)) == []
    assert len(read(signal(services=()), services=("cart",))) == 1
    between = ChangesRequest(window=DAY, baseline=Window(start=T0 - timedelta(days=3), end=T0 - timedelta(days=2)))
    assert len(changes_of([signal(-1440)], between, flags=False)) == 1


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            signal,
            minute=st.integers(-60, 60),
            ref=st.sampled_from(["a", "b", "c"]),
            services=st.sampled_from([(), ("cart",), ("ads", "cart")]),
            dedup_key=st.sampled_from(["", "d1", "d2"]),
            phase=st.sampled_from(["", "requested", "started", "finished"]),
            kind=st.sampled_from(["deploy", "commit", "flag", "config"]),
        ),
        max_size=12,
    )
)
def test_every_change_is_told_and_every_row_is_of_one(signals):
    rows = read(*signals) + read(*signals, flags=True)
    refs = {one.change.ref for one in signals if not one.dedup_key}
    assert refs <= {row.ref for row in rows}
    assert {row.ref for row in rows} <= {one.change.ref for one in signals}
    told = {(one.signal_id, one.dedup_key) for one in signals if one.change.kind == "commit"}
    assert sum(row.kind == "commit" for row in rows) <= len(told)
    assert [row.time for row in read(*signals)] == sorted(row.time for row in read(*signals))


@pytest.mark.parametrize("flags", [True, False])
def test_an_empty_window_asks_for_nothing(flags):
    assert changes_of([signal()], ChangesRequest(window=Window(start=T0, end=T0)), flags=flags) == []


class Broken(MemoryBus):
    """A bus that cannot be read."""

    async def read(self, *_: object, **__: object) -> list[object]:
        raise RetryLater("no answer in time")


DOORS = {"name": "doors", "kind": "received"}


async def test_the_provider_says_what_it_has_and_what_went_wrong():
    async with made(DOORS, bus=Broken()) as provider:
        await provider.probe()
        with pytest.raises(ProviderError, match="has no logs"):
            await ask(provider, "logs", LogsRequest(window=DAY))
        nothing = ChangesRequest(window=Window(start=T0, end=T0))
        assert (await ask(provider, "changes", nothing)).query_text == "nothing"
        with pytest.raises(ProviderError, match="could not be read: no answer in time") as failed:
            await ask(provider, "changes", ChangesRequest(window=DAY))
        assert failed.value.kind == "retryable"


async def test_the_provider_says_what_its_limit_left_out(memory_bus):
    memory_bus.now = T0
    for minute in range(3):
        one = signal(minute, f"r{minute}")
        await memory_bus.publish(CHANGE_RECEIVED, one, tenant="acme", signal=one.signal_id)
    async with made(DOORS, bus=memory_bus) as provider:
        request = ChangesRequest(window=DAY, rows_max=2)
        fetched = await ask(provider, "changes", request)
        older = await ask(provider, "changes", request.model_copy(update={"cursor": fetched.response.next_cursor}))
    assert [row.ref for row in fetched.response.changes] == ["r1", "r2"]
    assert fetched.partial == "more than 2 changes: 1 older ones were left out"
    assert fetched.query_text.startswith("changes received of acme where 2026-03-01T00:00:00+00:00 ≤ time <")
    assert ([row.ref for row in older.response.changes], older.response.truncated) == (["r0"], False)


def test_the_cause_engine_sees_each_commit_live_from_the_deploy_that_shipped_it():
    rows = read(commit(0, "c1", files=("cart/pool.py",)), commit(0, "c2", ("ads",)), signal(10, "c2", ("ads", "cart")))
    changes = tables.changes_of(ChangesResponse(changes=rows))
    window = rca.Window(T0.timestamp(), T0.timestamp() + 3600)
    found = find_change_risks(changes, window=window).findings
    live = {one.entity: one.onset_at for one in found}
    assert live == {"cart": T0.timestamp() + 600, "ads": T0.timestamp() + 600}
