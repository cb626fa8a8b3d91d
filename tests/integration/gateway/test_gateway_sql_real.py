"""The SQL provider and a real PostgreSQL, whose role may do more than it should: the transaction still only reads."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from inquest.contracts.latest import ObjectsRequest, Window
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.sql import QUERIES, T0, TABLE, orders
from inquest.testkit.providers import TENANT, ask, made

REQUEST = ObjectsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=20)))
START_S_MAX = 60.0
pytestmark = pytest.mark.timeout(150)


def _program(name):
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    if found is None:
        pytest.skip(f"{name} of PostgreSQL is not installed")
    return found


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def postgresql():
    """Run a PostgreSQL of our own, as `nobody` where we are root: it refuses to run as that."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    initdb, postgres = _program("initdb"), _program("postgres")
    who = {"user": "nobody"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory() as name:
        home, port = Path(name), _free_port()
        if who:
            os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
        (home / "password").write_text("hunter2\n")
        (home / "password").chmod(0o644)
        data = home / "data"
        args = [
            initdb,
            "-D",
            data,
            "-U",
            "owner",
            "-A",
            "scram-sha-256",
            f"--pwfile={home / 'password'}",
            "-N",
            "-E",
            "UTF8",
        ]
        subprocess.run(args, check=True, capture_output=True, cwd=home, **who)
        args = [postgres, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", home, "-F"]
        server = subprocess.Popen(args, cwd=home, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **who)
        try:
            with _connected(psycopg, port) as connection:
                connection.execute(TABLE.replace("changed text", "changed timestamptz"))
                connection.cursor().executemany("INSERT INTO orders VALUES (%s, %s, %s, %s, %s, %s)", orders())
            yield port
        finally:
            server.terminate()
            server.wait(20)


def _connected(psycopg, port):
    until_s = time.monotonic() + START_S_MAX
    while True:
        try:
            where = f"host=127.0.0.1 port={port} user=owner password=hunter2 dbname=postgres options='-c timezone=UTC'"
            return psycopg.connect(where)
        except psycopg.OperationalError:
            if time.monotonic() > until_s:
                raise


@pytest.fixture
def shop(postgresql, monkeypatch):
    """Return what makes a provider over it."""
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2")

    def configured(*queries, **more):
        database = {"host": "127.0.0.1", "port": postgresql, "database": "postgres", "user": "owner", "tls": "off"}
        database |= {"kind": "postgresql", "password": "env:SHOP_PASSWORD"} | more.pop("database", {})
        settings = {"database": database, "queries": queries or QUERIES, **more}
        return made({"name": "shop", "kind": "sql", "settings": settings})

    return configured


def query(sql, **more):
    return {"kind": "order", "sql": sql, **more}


async def failure(provider):
    async with provider as shop:
        with pytest.raises(ProviderError) as failed:
            await ask(shop, "objects", REQUEST)
    return failed.value


async def test_it_passes_every_check(shop):
    async with shop() as provider:
        findings = await examine(Trial(provider, "objects", REQUEST, tenant=TENANT))
    assert [one for one in findings if one.verdict == "failed"] == []
    assert sum(one.verdict == "passed" for one in findings) >= 12


async def test_values_keep_their_meaning(shop):
    sql = """SELECT 7 AS id, timestamptz '2026-03-01 15:00:00+01' AS changed, 1.10::numeric AS total, true AS paid,
        '{"a": [1]}'::jsonb AS extra, 9007199254740993 AS huge, 'infinity'::timestamptz AS never, '50%' AS off
        WHERE 'a%b' LIKE 'a%'"""
    async with shop(query(sql, time_column="changed", service="checkout")) as provider:
        [found] = (await ask(provider, "objects", REQUEST)).response.objects
    assert (found.object_id, found.time, found.service) == ("7", T0.timestamp(), "checkout")
    expected = {"total": "1.10", "paid": True, "extra": '{"a": [1]}', "huge": "9007199254740993"}
    assert found.attributes == expected | {"never": "infinity", "off": "50%"}


async def test_a_key_is_a_value(shop):
    async with shop() as provider:
        request = ObjectsRequest(window=REQUEST.window, ids=("3", "3 OR 1=1", "'; DROP TABLE orders"))
        assert [one.object_id for one in (await ask(provider, "objects", request)).response.objects] == ["3"]


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("WITH gone AS (DELETE FROM orders RETURNING id) SELECT id FROM gone", "malformed"),
        ("SELECT id FROM orders FOR UPDATE", "malformed"),
        ("SELECT id FROM nothing", "not-found"),
        ("SELECT 1 / 0 AS id", "malformed"),
    ],
)
async def test_what_would_write_or_fails_is_refused_by_the_server(shop, sql, kind):
    assert (await failure(shop(query(sql)))).kind == kind
    async with shop() as provider:
        assert len((await ask(provider, "objects", REQUEST)).response.objects) == 20


async def test_a_long_statement_is_ended_by_the_server_and_a_cancelled_one_leaves_nothing(shop):
    assert (await failure(shop(query("SELECT pg_sleep(30)::text AS id"), statement_ms_max=200))).kind == "timeout"
    async with shop(query("SELECT pg_sleep(30)::text AS id")) as provider:
        task = asyncio.ensure_future(ask(provider, "objects", REQUEST))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_what_a_function_writes_all_the_same_is_rolled_back(shop):
    async with shop(query("SELECT lo_create(4711)::text AS id")) as provider:
        with suppress(ProviderError):  # before PostgreSQL 16 large objects do not heed a read only transaction
            await ask(provider, "objects", REQUEST)
    async with shop(query("SELECT oid::text AS id FROM pg_largeobject_metadata")) as provider:
        assert (await ask(provider, "objects", REQUEST)).response.objects == []


async def test_many_rows_are_cut_at_the_server(shop):
    async with shop(query("SELECT id FROM generate_series(1, 100000) AS id"), rows_max=250) as provider:
        fetched = await ask(provider, "objects", REQUEST)
    assert len(fetched.response.objects) == 250
    assert fetched.partial == "there are more than 250 rows of order"


@pytest.mark.parametrize(
    ("database", "kind"),
    [
        ({"password": None}, "auth"),
        ({"user": "nobody-has-this-name"}, "auth"),
        ({"database": "nothing"}, "not-found"),
        ({"port": 1}, "unreachable"),
        ({"tls": "verify-full"}, "unreachable"),
        ({"host": "169.254.169.254"}, "unreachable"),
    ],
)
async def test_who_does_not_get_in_is_told_why(shop, database, kind):
    assert (await failure(shop(database=database))).kind == kind
