"""Who asks too often is told when to come back; strangers are counted by where they come from, in bounded memory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.audit import AuditLog
from inquest.contracts import subjects as s
from inquest.identity import LOCAL, Authenticator, IdentitySettings, Principal, RateLimited, Unauthenticated
from inquest.identity.keys import new_key
from inquest.identity.limits import FAILURES, RATES, Buckets, Limits, Rate
from inquest.testkit.memory import MemoryBus

ADA, BOB = (Principal(name, "key", "viewer", frozenset({"acme"})) for name in ("ada", "bob"))


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def used_up(limits, who):
    """Ask until it is too often; returns how often that was, and the error."""
    for times in range(100_000):
        try:
            limits.admit(who)
        except RateLimited as error:
            return times, error
    raise AssertionError("nobody is limited")


def test_each_principal_has_its_own_bucket():
    clock = Clock()
    limits = Limits(RATES, clock)
    times, error = used_up(limits, ADA)
    assert times == RATES["viewer"].burst
    assert (error.who, error.after_s) == (ADA, pytest.approx(1 / RATES["viewer"].per_s))
    limits.admit(BOB)
    clock.now += error.after_s + 0.001
    limits.admit(ADA)
    with pytest.raises(RateLimited):
        limits.admit(ADA)


def test_a_role_has_its_rate_and_this_machine_none():
    limits = Limits({**RATES, "viewer": Rate(1, 2)}, Clock())
    assert used_up(limits, ADA)[0] == 2
    admin = Principal("root", "key", "admin", frozenset({"*"}))
    assert used_up(limits, admin)[0] == RATES["admin"].burst
    for _ in range(10_000):
        limits.admit(LOCAL)


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one customer has a whole /64
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        (None, "unix", True),
    ],
)
def test_strangers_are_told_apart_by_their_network(first, second, is_one):
    limits = Limits(RATES, Clock())
    for _ in range(int(FAILURES.burst)):
        limits.failed(first)
    if is_one:
        with pytest.raises(RateLimited, match="failed attempts"):
            limits.failed(second)
    else:
        limits.failed(second)


def test_memory_is_bounded():
    buckets = Buckets(Clock(), keys_max=10)
    for number in range(1000):
        buckets.take(number, FAILURES)
    assert len(buckets) == 10


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 20), st.integers(1, 20))
@settings(max_examples=50)
def test_never_more_than_the_rate_and_the_burst(pauses, per_s, burst):
    clock = Clock()
    buckets, rate = Buckets(clock), Rate(per_s, burst)
    served = 0
    for pause in pauses:
        clock.now += pause
        wait_s = buckets.take("x", rate)
        served += wait_s == 0
        assert 0 <= wait_s <= 1 / per_s + 1e-6
    assert served <= burst + per_s * sum(pauses) + 1e-6


async def test_a_known_key_is_served_while_strangers_at_its_address_are_not(tmp_path):
    bus, clock = MemoryBus(), Clock()
    audit = AuditLog(bus, "api")
    token, key = new_key("viewer", ["acme"], {"name": "ada"})
    (tmp_path / "keys").write_text(key.line())
    settings_ = IdentitySettings(api_tokens_ref=f"file:{tmp_path}/keys", api_rates="viewer=1/3")
    door = Authenticator(settings_, audit, clock)
    errors = []
    for _ in range(50):
        with pytest.raises((Unauthenticated, RateLimited)) as refused:
            await door.identify("Bearer nobody", "10.0.0.1", None)
        await door.refused(refused.value, None, "10.0.0.1", "list_incidents")
        errors.append(type(refused.value))
    assert errors == [Unauthenticated] * 20 + [RateLimited] * 30
    for _ in range(3):
        assert (await door.identify(f"Bearer {token}", "10.0.0.1", None)).name == "ada"
    with pytest.raises(RateLimited, match="ada asks too often") as refused:
        await door.identify(f"Bearer {token}", "10.0.0.1", None)
    await door.refused(refused.value, None, "10.0.0.1", "list_incidents")
    await audit.close()
    kept = [(one.action, one.by, one.count) for one in bus.published(s.AUDIT_RECORDED)]
    assert ("access-refused", "ada", 1) in kept
    assert ("authenticated", "ada", 3) in kept
    # Fifty refusals are two records of their own, and two that count the rest.
    assert sorted(count for action, _, count in kept if action == "authentication-refused") == [1, 1, 19, 29]
