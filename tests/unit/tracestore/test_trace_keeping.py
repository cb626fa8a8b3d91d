"""What the trace index forgets: rows, words and lines, and the space that they took."""

from datetime import timedelta

import pytest
import pytest_asyncio
from inquest.bus.codec import encode
from inquest.contracts.v1.retention import Hold
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.keeping import Kept, SqliteKeeping
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.domain.rows import make_row
from inquest.tracestore.domain.search import Filters, words_of

OLD, NEW = InvestigationBuilder(1), InvestigationBuilder(2000)  # an hour apart each
BETWEEN = OLD.at(0) + timedelta(hours=1000)


def rows_of(builder, first_seq):
    return [
        make_row(
            stream=item.subject.stream or "",
            seq=seq,
            subject=item.subject.render(**item.keys),
            stored_at=builder.at(seq - first_seq),
            headers={},
            payload=encode(item.message),
        )
        for seq, item in enumerate(builder.messages(), first_seq)
    ]


@pytest_asyncio.fixture
async def database(tmp_path):
    database = Database(tmp_path / "trace.db")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def store(database):
    return SqliteStore(database)


@pytest_asyncio.fixture
async def keeping(database, store):
    await store.append(rows_of(OLD, 1))
    await store.append(rows_of(NEW, 1000))
    return SqliteKeeping(database)


def hold(**changes):
    given = {"hold_id": "h", "tenant": "acme", "reason": "r", "by": "ada", "at": OLD.at(0), **changes}
    return Hold.model_validate(given)


async def test_what_is_old_goes_with_its_words_and_lines(store, keeping, database):
    assert await keeping.forget_old("acme", BETWEEN, ()) == len(OLD.messages())
    assert await store.story("acme", OLD.investigation_id) is None
    assert await store.incident("acme", OLD.incident_id) is None
    hits = await store.search("acme", words_of("shrank"), Filters(), 10)
    assert [hit.summary.investigation_id for hit in hits] == [NEW.investigation_id]
    assert await store.story("acme", NEW.investigation_id) is not None
    await database.read(lambda c: c.execute("SELECT count(*) FROM search WHERE search MATCH 'shrank'").fetchone())
    assert await keeping.forget_old("acme", BETWEEN, ()) == 0


async def test_pages_are_given_back(keeping, database):
    async def pages():
        return (await database.read(lambda c: c.execute("PRAGMA page_count").fetchone()))[0]

    before = await pages()
    await keeping.forget_old("acme", NEW.at(10_000), ())
    assert await pages() < before
    assert (await database.write(lambda c: c.execute("PRAGMA integrity_check").fetchone()))[0] == "ok"


@pytest.mark.parametrize(
    "covering",
    [{}, {"incident_id": OLD.incident_id, "investigation_id": OLD.investigation_id}],
)
async def test_what_is_held_stays(store, keeping, covering):
    await keeping.forget_old("acme", BETWEEN, [hold(**covering)])
    assert await store.story("acme", OLD.investigation_id) is not None
    assert await store.incident("acme", OLD.incident_id) is not None
    assert await keeping.forget_old("globex", BETWEEN, ()) == 0


async def test_candidates_are_what_ended_and_is_not_archived_oldest_first(store, keeping):
    assert await keeping.candidates("acme", NEW.at(2), ()) == [OLD.investigation_id, NEW.investigation_id]
    assert await keeping.candidates("acme", BETWEEN, ()) == [OLD.investigation_id]
    assert await keeping.candidates("acme", BETWEEN, [hold()]) == []
    places = frozenset((row.stream, row.seq) for row in rows_of(OLD, 1))
    kept = Kept("acme", OLD.investigation_id, OLD.incident_id)
    await keeping.mark(kept, OLD.at(9), places)
    assert await keeping.candidates("acme", BETWEEN, ()) == []
    assert await keeping.expired("acme", BETWEEN) == [kept]
    late = rows_of(OLD, 5000)[-1]
    await store.append([late])
    assert await keeping.candidates("acme", BETWEEN, ()) == [OLD.investigation_id]
    await keeping.mark(kept, OLD.at(9), places)  # after a rebuild: the part does not hold what came late
    assert await keeping.candidates("acme", BETWEEN, ()) == [OLD.investigation_id]
    await keeping.unmark(kept)
    assert await keeping.archived() == set()


async def test_signals_of_an_incident_are_known(keeping):
    assert await keeping.signals_of("acme", OLD.incident_id) == [OLD.signal_id]
