import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.topology import GATEWAY_LEDGER
from inquest.ledger import Account, Budget, Circuit, Draw, Governor, LedgerAway, Refusal, Spent, open_ledger
from inquest.ledger.nats import BusLedger
from inquest.ledger.rules import Places, Standing, after_failure, refusal, taken

CIRCUIT = Circuit(failures_max=3, reset_s=10)
CALL = Spent(calls=1)


def test_the_last_call_of_the_budget_is_made_and_the_next_is_refused():
    draw = Draw(Account("acme", "inv"), Budget(60, 100))
    assert refusal([draw], [Spent(59, 99)], CALL) is None
    assert refusal([draw], [Spent(60, 0)], CALL) == Refusal(draw, "calls", 60, 60)
    assert refusal([draw], [Spent(63, 0)], CALL) == Refusal(draw, "calls", 60, 60)  # three are being given back
    assert refusal([draw], [Spent(1, 100)], CALL, [12.5]) == Refusal(draw, "bytes", 100, 100, 12.5)


def test_tokens_are_known_before_so_that_their_limit_is_never_crossed():
    draw = Draw(Account("acme", "inv"), Budget(tokens_max=100, call_ms_max=2000))
    assert refusal([draw], [Spent(tokens=60)], Spent(calls=1, tokens=40)) is None
    assert refusal([draw], [Spent(tokens=60)], Spent(calls=1, tokens=41)) == Refusal(draw, "tokens", 60, 100)
    assert refusal([draw], [Spent(tokens=100)], CALL) == Refusal(draw, "tokens", 100, 100)
    assert refusal([draw], [Spent(call_ms=2001)], CALL) == Refusal(draw, "call-time", 2001, 2000)


counts = st.integers(0, 20)
spents = st.builds(Spent, counts, counts, counts, counts)
limits = st.none() | st.integers(1, 20)


@settings(max_examples=50)
@given(st.lists(st.tuples(spents, st.builds(Budget, limits, limits, limits, limits)), max_size=4), counts)
def test_a_call_is_refused_exactly_where_some_limit_has_no_room(pairs, tokens):
    draws = [Draw(Account("acme", f"inv-{n}"), budget) for n, (_, budget) in enumerate(pairs)]
    refused = refusal(draws, [before for before, _ in pairs], Spent(calls=1, tokens=tokens))
    room = [
        before.calls + 1 <= (budget.calls_max or 99)
        and before.size_bytes < (budget.bytes_max or 99)
        and before.tokens + tokens <= (budget.tokens_max or 99)
        and before.tokens < (budget.tokens_max or 99)
        and before.call_ms < (budget.call_ms_max or 99)
        for before, budget in pairs
    ]
    assert (refused is None) == all(room)
    if refused:
        assert refused.draw == draws[room.index(False)]


def test_a_provider_rests_after_failures_in_a_row_and_then_one_try_decides():
    standing = Standing()
    for _ in range(2):
        standing = after_failure(standing, "refused", 100, CIRCUIT)
        assert standing.at(100).rests_s == 0
    standing = after_failure(standing, "refused", 100, CIRCUIT)
    assert standing.at(109.5).rests_s == 0.5
    assert standing.at(110).rests_s == 0
    assert after_failure(standing, "refused again", 110, CIRCUIT).at(110).rests_s == 20


@settings(max_examples=50)
@given(st.integers(1, 40))
def test_a_rest_is_bounded(failures):
    standing = Standing()
    for _ in range(failures):
        standing = after_failure(standing, "x", 0.0, CIRCUIT)
    assert standing.failures == failures
    assert standing.rests_until_s <= 10 * 2**4


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 3)), max_size=40),
    st.integers(1, 3),
    st.integers(1, 5),
    st.sampled_from([0.5, 1.0, 10.0]),
)
def test_there_are_never_more_places_nor_a_faster_rate_than_allowed(asks, places_max, burst, per_s):
    governor = Governor(places_max, per_s, burst, lease_s=2)
    places, now_s, new = Places(), 0.0, 0
    for holder, pause_s in asks:
        now_s += pause_s
        held = {name for name, until_s in places.until_s.items() if until_s > now_s}
        places, wait_s = taken(places, holder, now_s, governor)
        new += wait_s == 0 and holder not in held
        assert (wait_s == 0) == (places.until_s.get(holder, 0) == now_s + 2)
        assert sum(until_s > now_s for until_s in places.until_s.values()) <= places_max
        assert new <= burst + now_s * per_s + 1e-6


async def test_a_bus_that_is_away_is_a_ledger_that_is_away(memory_bus, monkeypatch):
    async def away(*_, **__):
        raise RetryLater("no ack")

    kv, account = memory_bus.kv(GATEWAY_LEDGER), Account("acme", "inv")
    ledger = BusLedger(memory_bus, kv)
    for target, name in ((memory_bus, "add"), (memory_bus, "count"), (kv, "get")):
        monkeypatch.setattr(target, name, away)
    for asked in (ledger.spent(account), ledger.ping(), ledger.reserve([Draw(account, Budget(5))])):
        with pytest.raises(LedgerAway, match="no ack"):
            await asked


async def test_looking_at_a_limit_writes_nothing(memory_bus, monkeypatch):
    written, add = [], memory_bus.add

    async def noted(*tokens, amount):
        written.append((tokens[-1], amount))
        return await add(*tokens, amount=amount)

    monkeypatch.setattr(memory_bus, "add", noted)
    ledger, account = BusLedger(memory_bus, memory_bus.kv(GATEWAY_LEDGER)), Account("acme", "inv")
    draw = Draw(account, Budget(5, bytes_max=100, tokens_max=10, call_ms_max=1000))
    assert await ledger.reserve([draw]) is None
    assert await ledger.spent(account) == Spent(calls=1)
    assert written == [("calls", 1)]


def test_a_ledger_is_the_bus_or_redis(memory_bus, monkeypatch):
    kv = memory_bus.kv(GATEWAY_LEDGER)
    assert isinstance(open_ledger("", None, memory_bus, kv), BusLedger)
    with pytest.raises(InquestError, match=r"must be empty .* or begin with redis://"):
        open_ledger("postgres://db", None, memory_bus, kv)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    monkeypatch.delitem(sys.modules, "inquest.ledger.redis", raising=False)
    with pytest.raises(InquestError, match="its client is missing"):
        open_ledger("redis://127.0.0.1", None, memory_bus, kv)


def test_a_grant_costs_one_place_of_the_rate_and_a_full_house_none():
    governor = Governor(places_max=2, per_s=0.5, burst=3, lease_s=10)
    places, wait_s = taken(Places(), "a", 100, governor)
    assert (places, wait_s) == (Places({"a": 110}, 2.0, 100), 0)
    places, _ = taken(places, "b", 101, governor)
    assert places == Places({"a": 110, "b": 111}, 1.5, 101)
    assert taken(places, "a", 102, governor) == (Places({"a": 112, "b": 111}, 2.0, 102), 0)
    assert taken(places, "c", 109.5, governor) == (places, 0.5)
    assert taken(places, "c", 102, governor) == (places, 1.0)
    assert taken(Places({}, 0.25, 100), "c", 100, governor) == (Places({}, 0.25, 100), 1.5)
    assert taken(Places(), "c", 100, Governor(0, 1, 1, 10)) == (Places(), 1.0)


def test_the_last_reason_is_kept():
    assert after_failure(Standing(), "refused", 100, CIRCUIT) == Standing(1, 0.0, "refused")
