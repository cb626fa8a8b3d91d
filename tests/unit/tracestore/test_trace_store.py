import random
import sqlite3

import pytest
import pytest_asyncio
from inquest.bus.codec import encode
from inquest.contracts.errors import InquestError, RetryLater
from inquest.testkit.stories import HEADLINE, InvestigationBuilder
from inquest.tracestore.adapters import schema
from inquest.tracestore.adapters.database import Database, translate
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.domain.rows import Row, make_row
from inquest.tracestore.domain.search import Filters, words_of
from inquest.tracestore.domain.story import assemble

ALL = Filters()


def rows_of(builder: InvestigationBuilder, first_seq: int = 1) -> list[Row]:
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
async def database(tmp_path):
    database = Database(tmp_path / "store" / "trace.db")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def store(database):
    return SqliteStore(database)


async def fill(store, count=5, tenant="acme"):
    builders = [InvestigationBuilder(number, tenant, f"service-{number % 2}") for number in range(1, count + 1)]
    for index, builder in enumerate(builders):
        await store.append(rows_of(builder, 1 + 1000 * index + (10**6 if tenant != "acme" else 0)))
    return builders


async def test_the_pragmas_of_a_durable_store(database):
    async def pragma(name):
        return (await database.write(lambda c: c.execute(f"PRAGMA {name}").fetchone()))[0]

    assert await pragma("journal_mode") == "wal"
    assert await pragma("synchronous") == 2  # FULL
    assert await pragma("user_version") == schema.VERSION


async def test_redelivery_changes_nothing(store):
    builder = InvestigationBuilder()
    rows = rows_of(builder)
    assert await store.append(rows) == len(rows)
    before = await store.story("acme", builder.investigation_id)
    assert await store.append(rows) == 0
    assert await store.append([*rows, *rows]) == 0
    assert await store.story("acme", builder.investigation_id) == before == assemble(rows)


async def test_the_order_of_arrival_changes_nothing(store, tmp_path):
    builder = InvestigationBuilder()
    rows = rows_of(builder)
    await store.append(rows)
    for seed in range(5):
        other = Database(tmp_path / f"other-{seed}" / "trace.db")
        await other.open()
        shuffled = random.Random(seed).sample(rows, len(rows))
        for row in shuffled:
            await SqliteStore(other).append([row])
        assert await SqliteStore(other).story("acme", builder.investigation_id) == assemble(rows)
        assert await SqliteStore(other).page("acme", ALL, 10, "") == await store.page("acme", ALL, 10, "")
        await other.close()


async def test_stories_are_of_one_tenant(store):
    await fill(store, 1)
    builder = (await fill(store, 1, "globex"))[0]
    assert await store.story("acme", builder.investigation_id) is None
    story = await store.story("globex", builder.investigation_id)
    assert story is not None
    assert {story.summary.tenant, story.signals[0].tenant} == {"globex"}
    assert len((await store.page("acme", ALL, 10, "")).summaries) == 1


async def test_pages_walk_the_whole_list_newest_first(store):
    builders = await fill(store, 5)
    seen, token = [], ""
    while True:
        page = await store.page("acme", ALL, 2, token)
        seen += [summary.investigation_id for summary in page.summaries]
        token = page.next_token
        if not token:
            break
    assert seen == [builder.investigation_id for builder in reversed(builders)]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(states=("concluded",)), 5),
        (Filters(states=("running", "planned")), 0),
        (Filters(service="service-1"), 3),
        (Filters(service="nobody"), 0),
        (Filters(opened_after=InvestigationBuilder(4).at(1)), 2),
        (Filters(opened_before=InvestigationBuilder(4).at(1)), 3),
        (Filters(states=("concluded",), service="service-0", opened_after=InvestigationBuilder(3).at(0)), 1),
    ],
)
async def test_filters_narrow_the_list(store, filters, count):
    await fill(store)
    assert len((await store.page("acme", filters, 10, "")).summaries) == count
    assert len(await store.search("acme", words_of("pool"), filters, 10)) == count


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("pool wait", 5),
        ("shrank rose", 5),  # one word in the verdict, the other in the evidence
        ("service-1", 3),
        ("shrank penguin", 0),
        ("shr", 5),
        ("3f9c2ab", 5),
        ("service AND (pool OR", 0),
        ('" OR 1=1 --', 0),
    ],
)
async def test_every_word_must_occur_somewhere(store, query, count):
    await fill(store)
    assert len(await store.search("acme", words_of(query), ALL, 10)) == count


async def test_a_hit_shows_the_line_that_matched(store):
    await fill(store, 2)
    hits = await store.search("acme", words_of("shrank"), ALL, 1)
    assert len(hits) == 1
    assert HEADLINE in hits[0].snippet
    assert await store.search("acme", (), ALL, 10) == ()
    assert await store.search("globex", words_of("shrank"), ALL, 10) == ()


async def test_records_continue_after_a_position(store):
    builders = await fill(store, 2)
    rows = rows_of(builders[0])
    first = await store.records("acme", builders[0].investigation_id, 0, 5)
    rest = await store.records("acme", builders[0].investigation_id, first[-1].position, 500)
    # The incident belongs to the investigation; the signals before it are told by it.
    assert [item.row for item in (*first, *rest)] == rows[1:]
    assert {item.investigation_id for item in (*first, *rest)} == {builders[0].investigation_id}
    assert len(await store.records("acme", "", 0, 500)) == 2 * len(rows)


async def test_the_last_sequence_of_a_stream(store):
    await fill(store, 1)
    assert await store.last_seq("SIGNALS") == 1
    assert await store.last_seq("NOTHING") == 0


async def test_a_database_of_another_version_is_emptied(tmp_path):
    path = tmp_path / "trace.db"
    first = Database(path)
    await first.open()
    await SqliteStore(first).append(rows_of(InvestigationBuilder()))
    await first.write(lambda c: c.execute("PRAGMA user_version = 99"))
    await first.close()
    second = Database(path)
    await second.open()
    assert await SqliteStore(second).last_seq("SIGNALS") == 0
    await second.close()


async def test_a_full_disk_is_said_and_loses_nothing(database, store):
    rows = rows_of(InvestigationBuilder())
    await store.append(rows[:3])
    pages = await database.write(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await database.write(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    huge = [make_row(**_plain(row, payload=b"x" * 100_000)) for row in rows_of(InvestigationBuilder(2), 5000)]
    with pytest.raises(RetryLater, match=r"disk of .* is full: free some space"):
        await store.append(huge)
    assert await store.last_seq("SIGNALS") == 1
    await database.write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert await store.append(huge) == len(huge)


def _plain(row, payload):
    return {
        "stream": row.stream,
        "seq": row.seq,
        "subject": row.subject,
        "stored_at": row.stored_at,
        "headers": {},
        "payload": payload,
    }


async def test_a_second_writer_is_refused(database):
    with pytest.raises(InquestError, match="another trace store uses"):
        await Database(database.path).open()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InquestError, match="set INQUEST_DATA_DIR"):
        await Database(tmp_path / "file" / "trace.db").open()


async def test_a_damaged_file_says_how_to_mend_it(tmp_path):
    path = tmp_path / "trace.db"
    path.write_bytes(b"this is not a database" * 100)
    database = Database(path)
    with pytest.raises(RetryLater, match="move it away and start; it is rebuilt"):
        await database.open()
    await database.close()


async def test_readers_cannot_write(database):
    with pytest.raises(RetryLater, match="check its owner"):
        await database.read(lambda c: c.execute("DELETE FROM messages"))


async def test_a_mistake_of_ours_stays_an_error(database):
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        await database.write(lambda c: c.execute("NOT SQL"))
    assert await SqliteStore(database).last_seq("SIGNALS") == 0  # the writer is usable afterwards


def test_a_busy_file_is_retried(tmp_path):
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert isinstance(translate(error, tmp_path), RetryLater)
