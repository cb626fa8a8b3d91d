import hashlib
import hmac
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from inquest.config import TenantConfig
from inquest.contracts.latest import Cause, Hypothesis
from inquest.notifier.domain.claim import Claim, begin, gave_up, succeeded
from inquest.notifier.domain.content import Case, owners_zone
from inquest.notifier.domain.decide import (
    is_live,
    is_material,
    notices,
    previous_conclusion,
    story_of,
    verdict_news,
)
from inquest.notifier.domain.sign import signature
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
EVENTS = tuple(item.message for item in ONE.messages() if item.subject.name == "evt.investigation.recorded.v1")
CASE = Case("acme", ONE.investigation_id, ONE.incident_id, ONE.incident(), (ONE.signal(),), EVENTS)
NOW = ONE.at(0)
OTHER = (Hypothesis(cause=Cause(kind="traffic", entity="frontend"), mechanism="", confidence=0.9),)


@pytest.mark.parametrize(
    ("changes", "is_news"),
    [
        ({}, False),
        ({"confidence": 0.8, "revision": 2, "round": 2}, False),
        ({"band": "proven"}, True),
        ({"hypotheses": OTHER}, True),
        ({"hypotheses": ()}, True),
    ],
)
def test_only_another_band_or_cause_is_news(changes, is_news):
    assert is_material(ONE.verdict(**changes), ONE.verdict()) is is_news


def test_the_first_conclusion_is_news():
    assert is_material(ONE.verdict(), None)
    assert previous_conclusion(EVENTS, 9) is None
    assert previous_conclusion(EVENTS, 10) == ONE.concluded()


def tenant(**changes) -> TenantConfig:
    return TenantConfig.model_validate(changes)


def webhook(**changes):
    return {"id": "hook", "kind": "webhook", "url": "https://example.com/x", **changes}


def made(config, verdict=None):
    story = story_of(CASE, verdict or ONE.verdict(), [])
    assert story is not None
    return notices(CASE, verdict_news(CASE, story, config, "", ()), config)


def test_a_notice_for_each_channel_in_shadow_mode_by_default():
    both = made(tenant(channels=[{"id": "terminal", "kind": "terminal"}, webhook()]))
    assert [(notice.channel, notice.live) for notice in both] == [("terminal", False), ("hook", False)]
    assert len({notice.notice_id for notice in both}) == 2
    assert made(tenant(channels=[webhook()]))[0] == both[1]  # ids follow from their cause
    assert "Next step" in both[0].body
    assert both[0].subject.startswith("[likely 0.87]")


@pytest.mark.parametrize(("band_min", "count"), [("undetermined", 1), ("likely", 1), ("proven", 0)])
def test_a_channel_may_want_only_strong_verdicts(band_min, count):
    assert len(made(tenant(channels=[webhook(band_min=band_min)]))) == count


@pytest.mark.parametrize(
    ("changes", "live"),
    [
        ({}, False),
        ({"live": True}, True),
        ({"live": True, "live_services": ["checkout"]}, True),
        ({"live": True, "live_services": ["cart"]}, False),
        ({"live_services": ["checkout"]}, False),
    ],
)
def test_channels_go_live_one_by_one(changes, live):
    channel = tenant(channels=[webhook(**changes)]).channels[0]
    assert is_live(channel, ("checkout", "frontend")) is live


def test_a_story_needs_its_first_event():
    assert story_of(replace(CASE, events=EVENTS[1:]), ONE.verdict(), []) is None


def test_people_see_their_own_zone():
    services = [{"service_id": "cart"}, {"service_id": "checkout", "time_zone": "Europe/Berlin"}]
    config = tenant(catalogue={"services": services})
    assert owners_zone(config, ("unknown", "cart", "checkout")) == ZoneInfo("Europe/Berlin")
    assert owners_zone(config, ("cart",)) == UTC
    assert owners_zone(tenant(), ("checkout",)) == UTC


def test_the_signature_covers_time_and_body():
    expected = hmac.new(b"key", b"1700000000.{}", hashlib.sha256).hexdigest()
    assert signature("key", 1_700_000_000, b"{}") == f"v1={expected}"
    assert signature("key", 1_700_000_001, b"{}") != f"v1={expected}"


def test_a_first_attempt_has_no_doubts():
    claim = begin(None, "")
    assert (claim.state, claim.is_doubtful) == ("sending", False)
    assert succeeded(claim, None, NOW).outcome == "sent"
    assert gave_up(claim, "answered 404", NOW).outcome == "failed"


def test_an_attempt_that_surely_failed_leaves_no_doubt():
    assert not begin(Claim(state="open"), "").is_doubtful


@pytest.mark.parametrize("found", [Claim(state="sending"), Claim(state="open", is_doubtful=True)])
def test_an_attempt_that_was_cut_off_leaves_a_doubt_for_ever(found):
    claim = begin(found, "")
    assert claim.is_doubtful
    assert succeeded(claim, None, NOW).outcome == gave_up(claim, "x", NOW).outcome == "may-have-been-sent"
