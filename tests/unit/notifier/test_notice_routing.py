"""Which channels hear what, and what is said to have changed."""

import pytest
from inquest.config import TenantConfig
from inquest.contracts.latest import Cause, Hypothesis, Notice, NoticeContent
from inquest.notifier.domain.changes import changes
from inquest.notifier.domain.redacting import redacted
from inquest.notifier.domain.routing import recipients
from inquest.testkit.notices import notice
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
CHANNELS = [{"id": name, "kind": "terminal"} for name in ("ops", "team", "oncall")]


def to(kind="verdict", told=(), channels=CHANNELS, content=None, **notices):
    config = TenantConfig.model_validate({"channels": channels, "notices": notices})
    values = {"title": "t", "headline": "h", "services": ("checkout",), "band": "likely", **(content or {})}
    found = recipients(NoticeContent.model_validate(values), kind, config.notices, config.channels, frozenset(told))
    return [channel.id for channel in found]


def rule(channel="team", **what):
    return {"name": channel, "channels": [channel], **what}


def test_without_rules_every_channel_hears_everything():
    assert to() == ["ops", "team", "oncall"]


@pytest.mark.parametrize(
    ("what", "matches"),
    [
        ({}, True),
        ({"severities": ["high"]}, True),
        ({"severities": ["critical"]}, False),
        ({"bands": ["likely", "proven"]}, True),
        ({"bands": ["proven"]}, False),
        ({"services": ["check*"]}, True),
        ({"services": ["cart"]}, False),
        ({"services": ["postgres"]}, True),  # it failed first
        ({"sources": ["grafana"]}, False),
        ({"labels": {"env": "*"}}, True),
        ({"labels": {"team": "*"}}, False),
        ({"priorities": ["p1"]}, False),
        ({"priorities": ["p2"]}, True),
        ({"kinds": ["revision"]}, False),
    ],
)
def test_a_rule_chooses_by_what_is_told(what, matches):
    content = {
        "first_failing_service": "postgres",
        "labels": {"env": "live"},
        "sources": ("pagerduty",),
        "priority": "p2",
    }
    assert to(content=content, rules=[rule(**what)], otherwise=[]) == (["team"] if matches else [])


def test_all_rules_that_match_count_and_the_rest_goes_elsewhere():
    rules = [rule("team"), rule("oncall", severities=["critical"])]
    assert to(rules=rules, content={"severity": "critical"}) == ["team", "oncall"]
    assert to(rules=[rules[1]]) == ["ops", "team", "oncall"]
    assert to(rules=[rules[1]], otherwise=["ops"]) == ["ops"]
    assert to(rules=[rules[1]], otherwise=[]) == []


def test_who_was_told_hears_what_becomes_of_it():
    assert to("revision", told=["ops"], rules=[rule("team")]) == ["ops", "team"]
    assert to("resolved", told=["ops"], rules=[rule("team")]) == ["ops"]
    assert to("correction") == []
    weak = [{**CHANNELS[0], "band_min": "proven"}]
    assert to(channels=weak) == []
    assert to("revision", told=["ops"], channels=weak) == ["ops"]


def test_escalations_go_to_people_as_well():
    assert to("escalation", rules=[rule("team")], escalation={"channels": ["oncall"]}) == ["team", "oncall"]
    assert to("verdict", rules=[rule("team")], escalation={"channels": ["oncall"]}) == ["team"]
    assert to("test", rules=[rule("team")]) == ["ops", "team", "oncall"]


def test_what_changed_is_said_in_the_words_of_the_incident():
    other = (Hypothesis(cause=Cause(kind="traffic", entity="frontend"), mechanism="", confidence=0.9),)
    now = ONE.verdict(
        hypotheses=other, band="proven", confidence=0.95, first_failing_service="frontend", remediation="scale"
    )
    assert changes(ONE.verdict(), now) == (
        "cause: was change of checkout (3f9c2ab), is now traffic of frontend",
        "confidence: was likely (0.87), is now proven (0.95)",
        "first failing service: was checkout, is now frontend",
        "remedy: was rollback, is now scale",
    )
    wider = ONE.verdict(blast_radius=("frontend", "pay"), hypotheses=())
    assert changes(ONE.verdict(), wider) == (
        "cause: was change of checkout (3f9c2ab), is now none",
        "also affected: pay",
        "no longer thought affected: cart",
    )
    assert changes(ONE.verdict(), ONE.verdict()) == ()
    many = ONE.verdict(blast_radius=("frontend", "cart", *map(str, range(10))))
    assert changes(ONE.verdict(), many) == ("also affected: 0, 1, 2, 3, 4, 5, 6, 7 and 2 more",)


def test_no_form_of_a_notice_holds_a_secret():
    leak = "token=abcdefgh12345678"
    leaky = notice(
        subject=leak,
        body=leak,
        payload=f'{{"verdict": {{"headline": "{leak}", "confidence": 0.5}}}}',
        content={"headline": leak, "labels": {"api_key": "k-123456", "env": "live"}, "changed": (leak,)},
    )
    clean = redacted(leaky)
    assert "abcdefgh12345678" not in clean.model_dump_json()
    assert "k-123456" not in clean.model_dump_json()
    assert clean.content is not None
    assert clean.content.labels["env"] == "live"
    assert clean.content.band == "likely"
    old = Notice.model_validate(leaky.model_dump(exclude={"content", "payload"}))
    assert redacted(old).content is None
