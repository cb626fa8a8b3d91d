"""What holds for every ledger, whatever it runs on: each test runs on NATS and on Redis."""

import asyncio
import time

import pytest
from inquest.ledger import Account, Budget, Circuit, Draw, Governor, Health, Spent
from inquest.testkit.fixtures import until

ACME = Account("acme", "inv")
DRAW = Draw(ACME, Budget(calls_max=5, bytes_max=100))
PLACES = Governor(places_max=2, per_s=1000, burst=100, lease_s=30)
CIRCUIT = Circuit(failures_max=2, reset_s=10)


async def test_replicas_share_a_budget_and_never_exceed_it(replicas):
    asked = [replicas[number % 2].reserve([DRAW]) for number in range(20)]
    refused = await asyncio.gather(*asked)
    assert refused.count(None) == 5
    assert {(one.unit, one.limit) for one in refused if one} == {("calls", 5)}
    assert await replicas[1].spent(ACME) == Spent(5, 0)


async def test_the_call_that_crosses_the_byte_limit_is_served_and_the_next_refused(ledger):
    for size_bytes in (99, 1000):
        assert await ledger.reserve([DRAW]) is None
        await ledger.settle(ACME, Spent(size_bytes=size_bytes))
    refused = await ledger.reserve([DRAW])
    assert (refused.unit, refused.spent, refused.limit) == ("bytes", 1099, 100)
    assert await ledger.spent(ACME) == Spent(2, 1099)


async def test_accounts_are_apart(ledger):
    others = [Account("acme", "inv-2"), Account("other", "inv")]
    assert await ledger.reserve([Draw(ACME, Budget(1, 1))]) is None
    assert [await ledger.reserve([Draw(one, Budget(1, 1))]) for one in others] == [None, None]
    assert await ledger.spent(Account("acme", "nobody")) == Spent()


async def test_places_are_shared_given_back_and_kept_by_their_holder(replicas):
    one, two = replicas
    assert [await one.take("loki", holder, PLACES) for holder in ("a", "b", "a")] == [0, 0, 0]
    assert 0 < await two.take("loki", "c", PLACES) <= 1
    assert await two.take("tempo", "c", PLACES) == 0
    await one.give_back("loki", "b")
    await one.give_back("loki", "nobody")
    assert await two.take("loki", "c", PLACES) == 0


async def test_no_more_places_than_there_are_under_a_rush(replicas):
    waits = await asyncio.gather(*(replicas[number % 2].take("loki", f"h{number}", PLACES) for number in range(12)))
    assert waits.count(0.0) == 2


async def test_the_place_of_a_holder_that_died_is_free_when_its_lease_ends(replicas):
    one, two = replicas
    short = Governor(places_max=1, per_s=1000, burst=100, lease_s=1.0)
    assert await one.take("loki", "dead", short) == 0
    wait_s = await two.take("loki", "heir", short)
    assert 0 < wait_s <= 1

    async def freed() -> bool:
        return await two.take("loki", "heir", short) == 0

    await until(freed)
    assert not await one.renew("loki", "dead", short)


async def test_a_renewed_lease_does_not_end(replicas):
    one, two = replicas
    short = Governor(places_max=1, per_s=1000, burst=100, lease_s=1.0)
    await one.take("loki", "alive", short)
    ends = time.monotonic() + 1.2
    while time.monotonic() < ends:
        assert await one.renew("loki", "alive", short)
        assert await two.take("loki", "other", short) > 0
    assert not await two.renew("loki", "other", short)


async def test_the_rate_allows_a_burst_and_then_so_many_a_second(ledger):
    slow = Governor(places_max=100, per_s=1, burst=2, lease_s=30)
    waits = [await ledger.take("loki", f"h{number}", slow) for number in range(3)]
    assert waits[:2] == [0, 0]
    assert 0 < waits[2] <= 1

    async def granted() -> bool:
        return await ledger.take("loki", "h2", slow) == 0

    await until(granted)


async def test_a_rate_of_nothing_allows_the_burst_alone(ledger):
    none = Governor(places_max=9, per_s=0, burst=1, lease_s=30)
    assert [await ledger.take("loki", holder, none) for holder in ("a", "b")] == [0, 1]


async def test_all_replicas_know_that_a_provider_rests_and_that_it_is_well_again(replicas):
    one, two = replicas
    assert await two.health("acme/loki") == Health()
    assert await one.failed("acme/loki", "refused", CIRCUIT) == Health(1, 0, "refused")
    assert (await two.failed("acme/loki", "late", CIRCUIT)).failures == 2
    seen = await one.health("acme/loki")
    assert (seen.failures, seen.reason) == (2, "late")
    assert 8 < seen.rests_s <= 10
    assert await one.health("other/loki") == Health()
    await two.succeeded("acme/loki")
    assert await one.health("acme/loki") == Health()


async def test_each_further_failure_doubles_the_rest_up_to_sixteen_times(ledger):
    rests = [(await ledger.failed("loki", "late", CIRCUIT)).rests_s for _ in range(8)]
    assert [round(rest, 1) for rest in rests] == [0, 10, 20, 40, 80, 160, 160, 160]


async def test_failures_noted_at_once_are_all_counted(replicas):
    await asyncio.gather(*(replicas[number % 2].failed("loki", "late", CIRCUIT) for number in range(10)))
    assert (await replicas[0].health("loki")).failures == 10


async def test_it_answers(ledger):
    await ledger.ping()


async def test_a_pause_that_a_source_asked_for_is_known_to_all_and_never_cut_short(replicas):
    one, two = replicas
    await one.rest("rest/loki", 20.0, "HTTP 429")
    await two.rest("rest/loki", 5.0, "HTTP 503")
    health = await two.health("rest/loki")
    assert (health.failures, health.reason) == (1, "HTTP 429")
    assert health.rests_s == pytest.approx(20, abs=2)
    await two.rest("rest/loki", 60.0, "HTTP 503")
    assert (await one.health("rest/loki")).rests_s == pytest.approx(60, abs=2)
    assert await one.health("rest/tempo") == Health()
