"""What a claim tells those who ask later, which verdicts are one notice, and what the story says of the incident."""

import itertools

import pytest
from inquest.config import TenantConfig
from inquest.notifier.domain.claim import Claim, begin, gave_up, succeeded
from inquest.notifier.domain.content import Case
from inquest.notifier.domain.decide import notices, story_of, verdict_news
from inquest.notifier.reading import investigation_of
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
EVENTS = tuple(item.message for item in ONE.messages() if item.subject.name == "evt.investigation.recorded.v1")
NOW = ONE.at(0)
BANDS = ("undetermined", "possible", "likely", "proven")


def case(verdict, events=EVENTS, incident=None):
    return Case(verdict.tenant, verdict.investigation_id, verdict.incident_id, incident, (), tuple(events))


def made(verdict, channel):
    config = TenantConfig.model_validate({"channels": [{"id": "ops", "kind": "terminal", **channel}]})
    one = case(verdict)
    story = story_of(one, verdict, [])
    assert story is not None
    return notices(one, verdict_news(one, story, config, "", ()), config)


@pytest.mark.parametrize("found", [None, Claim(state="sending")])
def test_a_finished_claim_says_when_it_ended(found):
    sent, given_up = succeeded(begin(found, ""), None, NOW), gave_up(begin(found, ""), "answered 404", NOW)
    assert (sent.state, sent.at) == ("done", NOW)
    assert (given_up.state, given_up.at) == ("failed", NOW)


def test_a_finished_claim_says_why_it_failed_or_is_in_doubt():
    assert gave_up(begin(None, ""), "answered 404", NOW).reason == "answered 404"
    assert "twice" in succeeded(begin(Claim(state="sending"), ""), None, NOW).reason
    assert succeeded(begin(None, ""), None, NOW).reason == ""


@pytest.mark.parametrize(("wanted", "band"), list(itertools.product(BANDS, BANDS)))
def test_a_channel_hears_of_its_band_and_of_stronger_ones(wanted, band):
    told = bool(made(ONE.verdict(band=band), {"band_min": wanted}))
    assert told is (BANDS.index(band) >= BANDS.index(wanted))


@pytest.mark.parametrize("changes", [{"tenant": "other"}, {"investigation_id": "inv-2"}, {"verdict_id": "verdict-2"}])
def test_another_tenant_investigation_or_verdict_is_another_notice(changes):
    (notice,), (other,) = made(ONE.verdict(), {}), made(ONE.verdict(**changes), {})
    assert notice.notice_id != other.notice_id


@pytest.mark.parametrize(("priority", "severity"), [("critical", "critical"), ("high", "high"), ("normal", "high")])
def test_the_story_takes_its_facts_from_the_events(priority, severity):
    first = EVENTS[0].model_copy(update={"opened": EVENTS[0].opened.model_copy(update={"priority": priority})})
    story = story_of(case(ONE.verdict(), (first, *EVENTS[1:])), ONE.verdict(), [])
    assert story is not None
    assert story.summary.severity == severity
    assert story.summary.services == first.opened.focus.services
    assert (story.summary.opened_at, story.summary.ended_at) == (first.at, EVENTS[-1].at)
    assert story.summary.title == first.opened.title


def test_the_investigation_of_an_incident_is_the_one_that_the_planner_opens():
    from inquest.planner.domain.decide import investigation_of as of_the_planner

    assert investigation_of("acme", "incident-1") == of_the_planner("acme", "incident-1") == ONE.investigation_id
