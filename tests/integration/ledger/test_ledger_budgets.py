"""Budgets of several accounts at once, on NATS and on Redis: investigation, part, tenant's hour and day."""

import asyncio

from inquest.ledger import Account, Budget, Draw, Spent

RUN = Account("acme", "inv")
LOKI = Account("acme", "inv", "provider-loki")
HOUR = Account("acme", "", "", "hour")
DAY_OF_LOKI = Account("acme", "", "provider-loki", "day")


def draws(**limits: int) -> list[Draw]:
    accounts = {"run": RUN, "loki": LOKI, "hour": HOUR, "day": DAY_OF_LOKI}
    return [Draw(account, Budget(calls_max=limits.get(name, 1000))) for name, account in accounts.items()]


async def test_replicas_never_exceed_the_narrowest_of_several_limits(replicas):
    asked = [replicas[number % 2].reserve(draws(hour=7)) for number in range(40)]
    refused = await asyncio.gather(*asked)
    assert refused.count(None) == 7
    assert {(one.draw.account, one.unit, one.limit) for one in refused if one} == {(HOUR, "calls", 7)}
    assert all(0 < one.resets_s <= 3600 for one in refused if one)
    for account in (RUN, LOKI, HOUR, DAY_OF_LOKI):
        assert await replicas[0].spent(account) == Spent(calls=7)  # a refusal takes nothing from anyone


async def test_investigations_share_the_window_of_their_tenant_and_of_no_other(replicas):
    asked = [
        replicas[number % 2].reserve([Draw(Account("acme", f"inv-{number}"), Budget(5)), Draw(HOUR, Budget(10))])
        for number in range(30)
    ]
    assert (await asyncio.gather(*asked)).count(None) == 10
    other = Account("other", "", "", "hour")
    assert await replicas[0].reserve([Draw(Account("other", "inv-1"), Budget(5)), Draw(other, Budget(10))]) is None
    assert await replicas[1].spent(other) == Spent(calls=1)


async def test_declared_tokens_are_reserved_and_never_exceed_their_limit(replicas):
    draw = Draw(RUN, Budget(tokens_max=100))
    refused = await asyncio.gather(*(replicas[number % 2].reserve([draw], 30) for number in range(10)))
    assert refused.count(None) == 3
    assert {one.unit for one in refused if one} == {"tokens"}
    assert await replicas[0].spent(RUN) == Spent(calls=3, tokens=90)
    assert await replicas[0].reserve([draw], 10) is None
    assert (await replicas[1].reserve([draw])).spent == 100


async def test_time_and_bytes_stop_the_call_after_the_one_that_crosses(ledger):
    draw = Draw(RUN, Budget(bytes_max=1000, call_ms_max=2000))
    assert await ledger.reserve([draw]) is None
    await ledger.settle(RUN, Spent(size_bytes=10, call_ms=2500, tokens=3))
    refused = await ledger.reserve([draw])
    assert (refused.unit, refused.spent, refused.limit) == ("call-time", 2500, 2000)
    assert await ledger.spent(RUN) == Spent(1, 10, 3, 2500)


async def test_a_call_that_was_not_made_can_be_given_back(ledger):
    draw = Draw(LOKI, Budget(calls_max=1))
    assert await ledger.reserve([draw]) is None
    assert await ledger.reserve([draw]) is not None
    await ledger.settle(LOKI, Spent(calls=-1))
    assert await ledger.reserve([draw]) is None


async def test_a_window_that_is_over_begins_anew(ledger, monkeypatch):
    """On the ledger's own clock: here one that is an hour ahead."""
    full = [Draw(HOUR, Budget(calls_max=1))]
    assert await ledger.reserve(full) is None
    assert await ledger.reserve(full) is not None
    kv = getattr(ledger, "_kv", None)
    if kv is None:  # Redis: counts of another window, as the next hour finds them
        await ledger._redis.hset("inquest:budget:{acme}:hour", "at", 1)
    else:
        now_s = await kv.now_s()

        async def later() -> float:
            return now_s + 3600

        monkeypatch.setattr(kv, "now_s", later)
    assert await ledger.spent(HOUR) == Spent()
    assert await ledger.reserve(full) is None
    assert await ledger.spent(HOUR) == Spent(calls=1)
