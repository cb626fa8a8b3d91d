from datetime import UTC, datetime

import pytest
from inquest.api.domain.commands import cancel_command, feedback_event, standing_verdict, start_command
from inquest.api.domain.problems import bad_input, problem_of
from inquest.api.domain.requests import CancelBody, FeedbackBody, StartBody
from inquest.api.errors import Busy, TooLarge
from inquest.contracts.errors import Impossible, NotFound, RetryLater
from inquest.contracts.latest import InvestigationStory
from inquest.identity import Forbidden, Unauthenticated
from inquest.testkit.stories import InvestigationBuilder
from pydantic import ValidationError

ONE = InvestigationBuilder()
NOW = datetime(2026, 3, 1, 15, tzinfo=UTC)
START = {"services": ["checkout"], "from": "2026-03-01T14:00:00Z", "to": "2026-03-01T14:30:00+00:00"}
EVENTS = tuple(item.message for item in ONE.messages() if item.subject.name == "evt.investigation.recorded.v1")
STORY = InvestigationStory.model_validate(
    {
        "summary": {
            "investigation_id": ONE.investigation_id,
            "incident_id": ONE.incident_id,
            "tenant": "acme",
            "title": "t",
            "state": "concluded",
            "mode": "fast",
            "opened_at": ONE.at(0),
        },
        "events": EVENTS,
        "verdicts": (ONE.verdict(), ONE.verdict(verdict_id="verdict-late", revision=2)),
    }
)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"services": []}, "services: "),
        ({"services": [" "]}, "services: each name"),
        ({"services": ["x"] * 51}, "services: "),
        ({"from": "yesterday"}, "from: "),
        ({"from": "2026-03-01T14:00:00"}, "from: needs a zone, such as 2026-03-01T14:00:00Z"),
        ({"to": "2026-03-01T14:00:00Z"}, "to: must be after from"),
        ({"to": "2026-03-09T14:00:00Z"}, "to: the window may span 7 days"),
        ({"mode": "wild"}, "mode: "),
        ({"baseline_from": "2026-03-01T13:00:00Z"}, "baseline_from: give"),
        (
            {"baseline_from": "2026-03-01T13:00:00Z", "baseline_to": "2026-03-01T13:00:00Z"},
            "baseline_to: must be after",
        ),
        ({"modus": "fast"}, "modus: is not known here"),
    ],
)
def test_bad_input_names_the_field(changes, says):
    with pytest.raises(ValidationError) as refused:
        StartBody.model_validate({**START, **changes})
    assert says in str(bad_input(refused.value))


def test_a_start_is_a_command_with_an_id_that_follows_from_what_is_asked():
    body = StartBody.model_validate({**START, "mode": "deep", "metric": "p99"})
    command = start_command(body, "acme", "ada")
    assert command == start_command(body, "acme", "ada")
    assert (command.mode, command.focus.services, command.focus.metric) == ("deep", ("checkout",), "p99")
    assert command.title == "checkout: asked by ada"
    assert command.baseline is None
    assert command.investigation_id == start_command(body, "acme", "grace").investigation_id
    assert command.investigation_id != start_command(body, "globex", "ada").investigation_id
    later = StartBody.model_validate({**START, "to": "2026-03-01T14:31:00Z"})
    assert command.investigation_id != start_command(later, "acme", "ada").investigation_id


def test_a_key_decides_alone():
    ids = {
        start_command(
            StartBody.model_validate({**START, "title": title, "idempotency_key": "k"}), "acme", "ada"
        ).investigation_id
        for title in ("a", "b")
    }
    assert len(ids) == 1


def test_a_baseline_is_passed_on():
    given = {"baseline_from": "2026-03-01T13:00:00Z", "baseline_to": "2026-03-01T13:30:00Z"}
    command = start_command(StartBody.model_validate({**START, **given}), "acme", "ada")
    assert command.baseline is not None
    assert command.baseline.end.minute == 30


def test_a_cancellation_says_who_and_why():
    command = cancel_command(CancelBody(reason="false alarm"), "acme", "one", "ada")
    assert (command.reason, command.requested_by) == ("false alarm", "ada")


def test_feedback_is_about_the_verdict_that_stands():
    assert standing_verdict(STORY) == ONE.verdict_id  # concluded; the later verdict is not an answer yet
    open_story = STORY.model_copy(update={"events": EVENTS[:-1]})
    assert standing_verdict(open_story) == "verdict-late"
    assert standing_verdict(open_story.model_copy(update={"verdicts": ()})) is None
    body = FeedbackBody(judgement="wrong", cause="a cable", verdict_id="verdict-late")
    given = feedback_event(body, STORY, "ada", NOW)
    assert (given.verdict_id, given.cause, given.given_by, given.given_at) == ("verdict-late", "a cable", "ada", NOW)


def test_a_changed_mind_is_another_fact_and_a_repeated_key_is_not():
    body = FeedbackBody(judgement="right")
    first, second = (feedback_event(body, STORY, "ada", at) for at in (NOW, NOW.replace(minute=1)))
    assert first.feedback_id != second.feedback_id
    keyed = FeedbackBody(judgement="right", idempotency_key="k")
    again = [feedback_event(keyed, STORY, "ada", at).feedback_id for at in (NOW, NOW.replace(minute=1))]
    assert len(set(again)) == 1


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (Unauthenticated("x"), 401, "unauthenticated"),
        (Forbidden("x"), 403, "forbidden"),
        (NotFound("x"), 404, "not-found"),
        (TooLarge("x"), 413, "too-large"),
        (Busy("x"), 429, "busy"),
        (Impossible("x"), 400, "bad-request"),
        (RetryLater("x"), 503, "unavailable"),
    ],
)
def test_each_error_has_its_status(error, status, name):
    found, problem = problem_of(error)
    assert (found, problem.error, problem.message) == (status, name, "x")
    assert problem.hint


def test_our_own_faults_tell_nothing_of_the_inside():
    status, problem = problem_of(KeyError("secret"))
    assert (status, problem.error) == (500, "internal")
    assert "secret" not in problem.message + problem.hint
