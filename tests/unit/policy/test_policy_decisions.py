"""What policies decide: reads by default, writes never without an approval, and a rule that forbids wins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.policies import Asked, prepare
from inquest.config.policies.asked import APPROVAL_RULE
from inquest.config.policies.prepared import DECISIONS_MAX

NOON = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)  # a Monday
ANY_WRITE = '@id("any-write") permit (principal, action == Action::"write", resource);'
NEVER = '@id("never") forbid (principal, action, resource);'
CONDITIONS = (
    'context.services.contains("payments")',
    "context.every_service",
    'context.repository == "acme/shop"',
    "context.at.hour < 6",
    "context.at.weekday > 5",
    "context.spent.calls > 10",
    "context.spent.bytes > 1000",
    'context.tenant == "acme"',
    'resource.kind == "loki"',
    'principal == Capability::"log-reader"',
)


def asked(**changed):
    return Asked(**{"tenant": "acme", "domain": "logs", "provider": "loki", "kind": "loki", "at": NOON} | changed)


def forbid(condition, name="rule"):
    return f'@id("{name}") forbid (principal, action, resource) when {{ {condition} }};'


CALLS = st.builds(
    asked,
    capability=st.sampled_from(["", "log-reader", "planner"]),
    access=st.sampled_from(["read", "write"]),
    services=st.frozensets(st.sampled_from(["payments", "cart", "shop"])),
    repository=st.sampled_from(["", "acme/shop"]),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone
    calls=st.integers(0, 2**70),
    size_bytes=st.integers(0, 2**70),
    approved=st.booleans(),
)


def test_everything_may_be_read_and_nothing_written():
    base = prepare()
    read = base.decide(asked())
    assert (read.permitted, read.rules) == (True, ("inquest-reads",))
    assert read.said() == "permitted by rule inquest-reads because Inquest's capabilities may read"
    unapproved = base.decide(asked(access="write"))
    assert (unapproved.permitted, unapproved.rules) == (False, (APPROVAL_RULE,))
    assert unapproved.needs_approval
    approved = base.decide(asked(access="write", approved=True))
    assert (approved.permitted, approved.rules, approved.said()) == (False, (), "refused: no rule permits it")
    assert not approved.needs_approval


def test_a_write_needs_a_rule_and_an_approval():
    policies = prepare(ANY_WRITE)
    assert policies.decide(asked(access="write", approved=True)).permitted
    assert not policies.decide(asked(access="write")).permitted


@pytest.mark.parametrize(
    ("condition", "refused", "permitted"),
    [
        (CONDITIONS[0], {"services": frozenset({"cart", "payments"})}, {"services": frozenset({"cart"})}),
        (CONDITIONS[1], {}, {"services": frozenset({"cart"})}),
        (CONDITIONS[2], {"repository": "acme/shop"}, {"repository": "acme/other"}),
        (CONDITIONS[3], {"at": NOON.replace(hour=5)}, {"at": NOON.replace(hour=6)}),
        (CONDITIONS[4], {"at": NOON + timedelta(days=5)}, {"at": NOON + timedelta(days=4)}),
        (CONDITIONS[5], {"calls": 11}, {"calls": 10}),
        (CONDITIONS[6], {"size_bytes": 1001}, {"size_bytes": 1000}),
        (CONDITIONS[7], {}, {"tenant": "other"}),
        (CONDITIONS[8], {}, {"kind": "pack"}),
        (CONDITIONS[9], {"capability": "log-reader"}, {"capability": ""}),
        ('resource == Tool::"logs/loki/read"', {}, {"provider": "other"}),
        ("context.at.minute == 30", {}, {"at": NOON.replace(minute=31)}),
        ('principal == Capability::"unnamed"', {}, {"capability": "log-reader"}),
    ],
)
def test_a_rule_speaks_of_each_part_of_a_call(condition, refused, permitted):
    policies = prepare(forbid(condition))
    decision = policies.decide(asked(**refused))
    assert (decision.permitted, decision.rules, decision.said()) == (False, ("rule",), "refused by rule rule")
    assert policies.decide(asked(**permitted)).permitted


def test_times_count_in_utc_whatever_their_zone():
    berlin = datetime.fromisoformat("2026-03-02T06:30:00+01:00")
    assert prepare(forbid("context.at.hour == 5")).decide(asked(at=berlin)).rules == ("rule",)


@settings(max_examples=25, deadline=None)
@given(call=CALLS, conditions=st.lists(st.sampled_from(CONDITIONS), max_size=4))
def test_what_forbids_always_wins_and_an_unapproved_write_is_never_permitted(call, conditions):
    rules = [forbid(condition, f"r{number}") for number, condition in enumerate(conditions)]
    alone = [prepare(rule).decide(call) for rule in rules]
    together = prepare(ANY_WRITE, *rules).decide(call)
    hits = {rule for one in alone for rule in one.rules if rule.startswith("r") and not one.permitted}
    if call.access == "write" and not call.approved:
        assert not together.permitted
        assert APPROVAL_RULE in together.rules
    assert together.permitted == (not hits and (call.access == "read" or call.approved))
    assert hits <= set(together.rules) or together.permitted
    assert not prepare(ANY_WRITE, *rules, NEVER).decide(call).permitted


@settings(max_examples=25, deadline=None)
@given(first=CALLS, second=CALLS, condition=st.sampled_from(CONDITIONS))
def test_what_was_decided_before_changes_no_decision(first, second, condition):
    used = prepare(ANY_WRITE, forbid(condition))
    used.decide(first)
    assert used.decide(second) == prepare(ANY_WRITE, forbid(condition)).decide(second)


def test_only_what_rules_look_at_tells_calls_apart():
    policies = prepare(forbid('context.services.contains("payments")'))
    assert policies.uses == {"services", "approved"}
    first = policies.decide(asked(calls=1, services=frozenset({"cart"})))
    assert policies.decide(asked(calls=2, at=NOON + timedelta(1), services=frozenset({"cart"}))) is first
    whole = prepare(forbid("context == context"))
    assert whole.uses >= {"tenant", "spent", "at", "repository", "every_service"}


def test_decisions_that_are_remembered_have_a_limit():
    policies = prepare()
    first = policies.decide(asked())
    for number in range(DECISIONS_MAX):
        policies._decided[(number,)] = first
    policies.decide(asked(provider="another"))
    assert len(policies._decided) == 1


def test_a_rule_that_cannot_be_evaluated_permits_nothing():
    overflow = forbid("context.spent.calls * 9223372036854775807 > 3", "overflow")
    decision = prepare(overflow).decide(asked(calls=5))
    assert not decision.permitted
    assert not decision.needs_approval
    assert decision.said().startswith("refused: rules could not be evaluated: overflow: integer overflow")


def test_reasons_of_several_rules_are_all_said():
    because = '@id("b") @because("so it is") forbid (principal, action, resource);'
    said = prepare(because, NEVER).decide(asked()).said()
    assert said == "refused by rule b because so it is and rule never"


def test_what_is_no_cedar_cannot_be_prepared():
    with pytest.raises(ValueError, match="everybody"):
        prepare("permit(everybody);")
