"""A Redis that is killed, restarted, hung, or asks for a password."""

import os
import signal
import time

import pytest
from inquest.ledger import Account, Budget, Circuit, Draw, LedgerAway, Spent, open_ledger
from inquest.ledger import redis as adapter
from inquest.ledger.redis import RedisLedger
from inquest.testkit.fixtures import until
from inquest.testkit.redis import RedisServer

ACME = Account("acme", "inv")
DRAW = Draw(ACME, Budget(calls_max=5, bytes_max=100))


@pytest.fixture
async def ledger(redis_server):
    made = RedisLedger(redis_server.url)
    yield made
    await made.close()


async def answers(ledger) -> bool:
    try:
        await ledger.ping()
    except LedgerAway:
        return False
    return True


async def test_a_dead_server_is_told_at_once_and_a_new_one_is_found_again(ledger, redis_server):
    assert await ledger.reserve([DRAW]) is None
    await redis_server.kill()
    for ask in (
        ledger.reserve([DRAW]),
        ledger.settle(ACME, Spent(size_bytes=1)),
        ledger.failed("loki", "x", Circuit()),
    ):
        with pytest.raises(LedgerAway, match=rf"redis at .*:{redis_server.port}"):
            await ask
    await redis_server.start()
    await until(lambda: answers(ledger))
    assert await ledger.spent(ACME) == Spent()  # nothing was kept: the budget begins again


async def test_a_durable_server_keeps_what_it_acked_over_a_kill(tmp_path):
    server = RedisServer(tmp_path / "durable", durable=True)
    await server.start()
    ledger = open_ledger(server.url, None, None, None)
    try:
        await ledger.reserve([DRAW])
        await ledger.settle(ACME, Spent(size_bytes=7))
        await server.kill()
        await server.start()
        await until(lambda: answers(ledger))
        assert await ledger.spent(ACME) == Spent(1, 7)
    finally:
        await ledger.close()
        await server.kill()


async def test_a_server_that_hangs_is_given_up_in_time(redis_server, monkeypatch):
    monkeypatch.setattr(adapter, "ANSWER_S_MAX", 0.2)
    ledger = RedisLedger(redis_server.url)
    await ledger.ping()
    os.kill(redis_server.pid, signal.SIGSTOP)
    started_s = time.monotonic()
    try:
        with pytest.raises(LedgerAway):
            await ledger.reserve([DRAW])
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)
    assert time.monotonic() - started_s < 5
    await until(lambda: answers(ledger))
    await ledger.close()


async def test_a_password_comes_from_a_file_and_is_never_told(redis_server, tmp_path):
    open_door = RedisLedger(redis_server.url)
    await open_door._redis.config_set("requirepass", "hunter2")
    await open_door.close()
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    known = RedisLedger(redis_server.url, secret)
    await known.ping()
    await known.close()
    wrong = RedisLedger(redis_server.url.replace("//", "//:hunter3@"))
    with pytest.raises(LedgerAway) as told:
        await wrong.ping()
    assert "hunter" not in str(told.value)
    await wrong.close()


async def test_a_server_that_may_forget_is_told(ledger):
    assert "appendonly yes" in await ledger.advice()
    await ledger._redis.config_set("maxmemory-policy", "allkeys-lru")
    assert "maxmemory-policy is allkeys-lru" in await ledger.advice()
    await ledger._redis.config_set("maxmemory-policy", "noeviction")
    await ledger._redis.config_set("appendonly", "yes")
    assert not await ledger.advice()


async def test_budgets_are_forgotten_after_thirty_days(ledger):
    await ledger.reserve([DRAW])
    await ledger.settle(ACME, Spent(size_bytes=1))
    assert 29 * 86_400 < await ledger._redis.ttl("inquest:budget:{acme}:inv") <= 30 * 86_400
