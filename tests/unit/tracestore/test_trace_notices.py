"""The list of notices: newest first, narrowed, page by page."""

import pytest
import pytest_asyncio
from inquest.bus.codec import encode
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.domain.rows import make_row
from inquest.tracestore.domain.search import NoticeFilters

ONE, TWO = InvestigationBuilder(1), InvestigationBuilder(2)
ALL = NoticeFilters()


def row(builder, seq, **changes):
    sent = builder.notice_sent().model_copy(update={"notice_id": f"n-{seq}", **changes})
    keys = {"tenant": builder.tenant, "investigation": builder.investigation_id}
    subject = s.NOTICE_SENT.render(**keys)
    at = builder.at(seq)
    return make_row(stream="OUTCOMES", seq=seq, subject=subject, stored_at=at, headers={}, payload=encode(sent))


@pytest_asyncio.fixture
async def store(tmp_path):
    database = Database(tmp_path / "trace.db")
    await database.open()
    store = SqliteStore(database)
    await store.append(
        [
            row(ONE, 1, outcome="sent", channel="slack"),
            row(ONE, 2, held_by="shadow"),
            row(TWO, 3, held_by="mute", kind="escalation"),
            row(TWO, 4, outcome="failed", channel="slack", kind="revision"),
            row(InvestigationBuilder(3, "other"), 5, outcome="sent"),
        ]
    )
    yield store
    await database.close()


async def ids(store, filters=ALL, size=50, token="", tenant="acme"):
    page = await store.notices(tenant, filters, size, token)
    return [notice.notice_id for notice in page.notices], page.next_token


async def test_newest_first_and_only_of_the_tenant(store):
    assert await ids(store) == (["n-4", "n-3", "n-2", "n-1"], "")
    assert await ids(store, tenant="other") == (["n-5"], "")
    assert await ids(store, tenant="nobody") == ([], "")


@pytest.mark.parametrize(
    ("narrow", "found"),
    [
        ({"notice_id": "n-2"}, ["n-2"]),
        ({"investigation_id": ONE.investigation_id}, ["n-2", "n-1"]),
        ({"channel": "slack"}, ["n-4", "n-1"]),
        ({"kind": "verdict"}, ["n-2", "n-1"]),
        ({"kind": "escalation"}, ["n-3"]),
        ({"outcome": "sent"}, ["n-1"]),
        ({"outcome": "recorded"}, ["n-3", "n-2"]),
        ({"outcome": "mute"}, ["n-3"]),
        ({"outcome": "failed", "channel": "slack"}, ["n-4"]),
        ({"outcome": "failed", "channel": "mail"}, []),
    ],
)
async def test_a_list_is_narrowed(store, narrow, found):
    assert (await ids(store, NoticeFilters(**narrow)))[0] == found


async def test_page_by_page(store):
    first, token = await ids(store, size=3)
    second, end = await ids(store, size=3, token=token)
    assert (first, second, end) == (["n-4", "n-3", "n-2"], ["n-1"], "")
    with pytest.raises(Impossible, match="page_token"):
        await ids(store, token="x")
