"""What is particular to SQL: what may be written in a configuration, typed values, and a file that is only read."""

import sqlite3
from contextlib import closing, suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inquest.config.kinds.sql import SqlProvider, SqlQuery
from inquest.config.sql_text import parts
from inquest.contracts.latest import ObjectsRequest, Window
from inquest.gateway.adapters.sql_rows import bindings, object_of
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.sql import QUERIES, T0, config, make
from inquest.testkit.providers import ask, made
from pydantic import ValidationError

WINDOW = Window(start=T0, end=T0 + timedelta(minutes=10))
REQUEST = ObjectsRequest(window=WINDOW)
ENDLESS = "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT max(id) AS id FROM n"


async def read(tmp_path, request=REQUEST, **more):
    path = tmp_path / "shop.db"
    async with made(config(path if path.exists() else make(path), **more)) as shop:
        return await ask(shop, "objects", request)


def query(sql, **more):
    return {"kind": "order", "sql": sql, **more}


async def failure(tmp_path, sql, **more):
    with pytest.raises(ProviderError) as failed:
        await read(tmp_path, queries=[query(sql)], **more)
    return failed.value


async def test_a_key_is_a_value_and_never_sql(tmp_path):
    request = ObjectsRequest(window=WINDOW, ids=("3", "4", "3 OR 1=1", "99999999999999999999", "x'; DROP TABLE orders"))
    fetched = await read(tmp_path, request)
    assert [one.object_id for one in fetched.response.objects] == ["3", "4"]
    assert fetched.response.objects[0].attributes == {
        "status": "stuck",
        "note": "pay by password=hunter2-planted",
        "total": 9.5,
    }
    assert "WHERE id = :key :key = 3" in fetched.query_text
    assert "DROP" not in fetched.query_text


async def test_window_and_baseline_are_asked_for_and_nothing_else(tmp_path):
    request = ObjectsRequest(
        window=Window(start=T0 + timedelta(minutes=20), end=T0 + timedelta(minutes=22)),
        baseline=Window(start=T0, end=T0 + timedelta(minutes=2)),
    )
    fetched = await read(tmp_path, request)
    assert [one.object_id for one in fetched.response.objects] == ["0", "1", "20", "21"]
    assert fetched.response.objects[0].time == T0.timestamp()


async def test_more_rows_or_keys_than_the_limits_are_cut_and_told(tmp_path):
    fetched = await read(tmp_path, rows_max=3)
    assert fetched.response.truncated
    assert fetched.partial == "there are more than 3 rows of order"
    fetched = await read(tmp_path, ObjectsRequest(window=WINDOW, ids=tuple("123")), ids_max=2)
    assert "3 keys were asked for, 2 of them were read" in fetched.partial


async def test_an_endless_statement_ends_in_time(tmp_path):
    error = await failure(tmp_path, ENDLESS, statement_ms_max=100)
    assert error.kind == "timeout"


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT * FROM missing", "not-found"),
        ("SELECT missing FROM orders", "not-found"),
        ("SELECT load_extension('x') AS id", "malformed"),
        ("SELECT status FROM orders", "malformed"),
        ("SELECT NULL AS id", "malformed"),
        ("SELECT zeroblob(100000000) AS id", "malformed"),
        ("WITH a AS (SELECT 1) DELETE FROM orders", "malformed"),
        ("WITH a AS (SELECT 1) INSERT INTO orders SELECT 99, '', '', '', 1, '' FROM a", "malformed"),
    ],
)
async def test_what_is_wrong_with_a_query_is_told_and_nothing_is_written(tmp_path, sql, kind):
    assert (await failure(tmp_path, sql)).kind == kind
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (30,)


async def test_a_file_that_is_not_there_is_not_made(tmp_path):
    async with made(config(tmp_path / "none.db")) as shop:
        with pytest.raises(ProviderError) as failed:
            await shop.probe()
    assert failed.value.kind == "not-found"
    assert not (tmp_path / "none.db").exists()


async def test_what_is_only_found_by_key_wants_one(tmp_path):
    with pytest.raises(ProviderError, match="only found by their keys"):
        await read(tmp_path, queries=QUERIES[1:])
    with pytest.raises(ProviderError, match="not configured here"):
        await read(tmp_path, ObjectsRequest(window=WINDOW, kinds=("job",)))


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "SELECT 1; DROP TABLE orders",
        "SELECT 1 -- more",
        "SELECT 1 /* more */",
        "SELECT $$;$$",
        "SELECT 'open",
        "SELECT ?",
        r"SELECT 'a\' || :x",
        "ATTACH 'x' AS y",
    ],
)
def test_a_configuration_holds_one_select_in_plain_sql(sql):
    with pytest.raises(ValidationError):
        SqlQuery.model_validate(query(sql))


def test_parameters_are_told_from_texts_and_casts():
    found = parts("SELECT ':no', \":no\", a::text FROM t WHERE b = :yes AND c LIKE '%;--'")
    assert [part.name for part in found if part.name] == ["yes"]
    with pytest.raises(ValidationError, match="not in both: b"):
        SqlQuery.model_validate(query("SELECT :a AS id", parameters={"a": {"value": "id"}, "b": {"value": "id"}}))
    with pytest.raises(ValidationError, match="cannot be of type"):
        SqlQuery.model_validate(query("SELECT :a AS id", parameters={"a": {"value": "start", "type": "uuid"}}))
    with pytest.raises(ValidationError, match="not both"):
        SqlQuery.model_validate(query("SELECT 1 AS id", service="a", service_column="b"))


@pytest.mark.parametrize(
    ("kind", "asked", "value"),
    [
        ("text", "a'b", "a'b"),
        ("integer", "-7", -7),
        ("uuid", "{12345678-1234-5678-1234-567812345678}", "12345678-1234-5678-1234-567812345678"),
        ("uuid", "7", None),
        ("integer", "٣", None),
        ("text", "a\0b", None),
    ],
)
def test_keys_have_the_type_that_is_declared(kind, asked, value):
    one = SqlQuery.model_validate(query("SELECT :k AS id", parameters={"k": {"value": "id", "type": kind}}))
    found = list(bindings(one, REQUEST, [asked]))
    assert found == ([] if value is None else [{"k": value}])


def test_times_have_the_type_that_is_declared():
    parameters = {"a": {"value": "start", "type": "epoch-ms"}, "b": {"value": "end", "type": "epoch-s"}}
    one = SqlQuery.model_validate(query("SELECT :a AS id, :b", parameters=parameters))
    assert list(bindings(one, REQUEST, [])) == [{"a": T0.timestamp() * 1000, "b": T0.timestamp() + 600}]


def test_a_driver_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "inquest.gateway.adapters.sql_postgresql", None)
    from inquest.contracts.errors import Impossible
    from inquest.gateway.adapters.sql import build

    database = {"kind": "postgresql", "host": "db", "database": "shop", "user": "reader"}
    given = SqlProvider.model_validate(
        {"name": "x", "kind": "sql", "settings": {"database": database, "queries": [query("SELECT 1 AS id")]}}
    )
    with pytest.raises(Impossible, match=r"install inquest-gateway\[sql\]"):
        build(given, type("Kit", (), {"catalogue": None}))


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=3)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["id", "changed", "a"]), VALUES))
def test_whatever_row_arrives_becomes_an_object_or_an_error(row):
    one = SqlQuery.model_validate(query("SELECT 1 AS id", time_column="changed"))
    with suppress(ValueError, LookupError, TypeError, OverflowError):
        found = object_of(one, row, None)
        assert type(found).model_validate_json(found.model_dump_json()).object_id == found.object_id
