"""Whoever may see some services sees what touches them, and nothing else, in every question to the store."""

import pytest
import pytest_asyncio
from inquest.bus.codec import encode
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.domain.rows import Row, make_row
from inquest.tracestore.domain.search import Filters, IncidentFilters, NoticeFilters, is_in_scope, words_of

CART, SHOP = (InvestigationBuilder(number, "acme", name) for number, name in ((1, "cart"), (2, "shop")))
MINE = frozenset({"cart", "search"})
NOTHING: frozenset[str] = frozenset()


def rows_of(builder: InvestigationBuilder, first_seq: int) -> list[Row]:
    return [
        make_row(
            stream=item.subject.stream or "",
            seq=seq,
            subject=item.subject.render(**item.keys),
            stored_at=builder.at(seq),
            headers={},
            payload=encode(item.message),
        )
        for seq, item in enumerate(builder.messages(), first_seq)
    ]


@pytest_asyncio.fixture
async def store(tmp_path):
    database = Database(tmp_path / "trace.db")
    await database.open()
    store = SqliteStore(database)
    await store.append([*rows_of(CART, 1), *rows_of(SHOP, 1001)])
    yield store
    await database.close()


@pytest.mark.parametrize(("scope", "found"), [(None, {CART, SHOP}), (MINE, {CART}), (NOTHING, set())])
async def test_lists_are_cut_in_the_query(store, scope, found):
    page = await store.page("acme", Filters(scope=scope), 10, "")
    assert {one.investigation_id for one in page.summaries} == {one.investigation_id for one in found}
    hits = await store.search("acme", words_of("pool"), Filters(scope=scope), 10)
    assert {hit.summary.investigation_id for hit in hits} == {one.investigation_id for one in found}
    incidents = await store.incidents("acme", IncidentFilters(scope=scope), 10, "")
    assert {one.incident_id for one in incidents.summaries} == {one.incident_id for one in found}
    notices = await store.notices("acme", NoticeFilters(scope=scope), 10, "")
    assert {one.investigation_id for one in notices.notices} == {one.investigation_id for one in found}


async def test_a_page_of_a_scope_is_full_before_the_next_begins(store):
    page = await store.page("acme", Filters(scope=MINE), 1, "")
    assert [one.investigation_id for one in page.summaries] == [CART.investigation_id]
    assert page.next_token == ""


async def test_a_notice_of_a_refused_incident_is_seen_by_its_service(store):
    notice = CART.notice_sent().model_copy(
        update={"notice_id": "n", "investigation_id": "never-opened", "incident_id": CART.incident_id}
    )
    subject = next(item.subject for item in CART.messages() if type(item.message) is type(notice))
    keys = {"tenant": "acme", "investigation": "never-opened", "notice": "n"}
    row = make_row(
        stream=subject.stream or "",
        seq=9000,
        subject=subject.render(**{name: keys[name] for name in subject.keys}),
        stored_at=CART.at(1),
        headers={},
        payload=encode(notice),
    )
    await store.append([row])
    mine = await store.notices("acme", NoticeFilters(scope=MINE, notice_id="n"), 10, "")
    assert len(mine.notices) == 1
    theirs = await store.notices("acme", NoticeFilters(scope=frozenset({"shop"}), notice_id="n"), 10, "")
    assert theirs.notices == ()


async def test_what_is_watched_is_silent_outside_the_scope(store):
    assert await store.records("acme", CART.investigation_id, 0, 100, MINE)
    assert await store.records("acme", CART.investigation_id, 0, 100)
    assert await store.records("acme", SHOP.investigation_id, 0, 100, MINE) == []
    assert await store.records("acme", "nobody-knows", 0, 100, MINE) == []
    assert await store.records("acme", "", 0, 100, MINE) == []
    assert await store.records("acme", CART.investigation_id, 0, 100, NOTHING) == []


def test_a_scope_is_touched_by_one_of_its_services():
    assert is_in_scope(("shop", "cart"), MINE)
    assert not is_in_scope(("shop",), MINE)
    assert not is_in_scope((), MINE)
    assert not is_in_scope(("cart",), NOTHING)
    assert is_in_scope((), None)
