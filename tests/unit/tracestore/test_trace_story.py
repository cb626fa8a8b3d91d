from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inquest.bus.codec import encode
from inquest.bus.port import Outgoing
from inquest.contracts import subjects as s
from inquest.contracts.latest import DeadLetter, Ended
from inquest.contracts.text import plain
from inquest.testkit.stories import HEADLINE, InvestigationBuilder
from inquest.tracestore.domain.rows import Row, make_row, model_of, parse
from inquest.tracestore.domain.story import assemble, summarise
from inquest.tracestore.domain.texts import describe, searchable

ONE = InvestigationBuilder()


def rows_of(messages: list[Outgoing]) -> list[Row]:
    return [
        make_row(
            stream=item.subject.stream or "",
            seq=seq,
            subject=item.subject.render(**item.keys),
            stored_at=ONE.at(seq),
            headers={"Inquest-Tenant": ONE.tenant},
            payload=encode(item.message),
        )
        for seq, item in enumerate(messages, 1)
    ]


ROWS = rows_of(ONE.messages())
STORY = assemble(ROWS)


def test_the_story_holds_everything():
    assert STORY is not None
    assert STORY.incident == ONE.incident()
    assert STORY.signals == (ONE.signal(),)
    assert [event.number for event in STORY.events] == list(range(1, 10))
    assert len(STORY.steps) == 3
    assert len(STORY.evidence) == 6
    assert STORY.verdicts == (ONE.verdict(),)
    assert len(STORY.tool_calls) == 3
    assert STORY.notices == (ONE.notice_sent(),)
    assert STORY.feedback == (ONE.feedback(),)
    assert len(STORY.timeline) == len(ROWS)
    assert STORY.timeline[0].text == "signal from pagerduty: checkout latency p99 above 2 s (high)"


def test_the_summary_says_how_it_ended():
    assert STORY is not None
    summary = STORY.summary
    assert (summary.state, summary.headline, summary.band, summary.confidence) == (
        "concluded",
        HEADLINE,
        "likely",
        0.87,
    )
    assert (summary.severity, summary.services, summary.judgement) == ("critical", ("checkout",), "right")
    assert (summary.opened_at, summary.ended_at) == (ONE.at(1), ONE.at(9))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(ROWS), st.lists(st.sampled_from(ROWS), max_size=20))
def test_order_and_repeats_change_nothing(shuffled, repeats):
    assert assemble([*shuffled, *repeats]) == STORY


@given(st.lists(st.sampled_from(ROWS), unique=True))
@settings(max_examples=50)
def test_any_part_of_a_story_can_be_told(part):
    story = assemble(part)
    assert (story is None) == (ROWS[2] not in part)  # the third row is event number 1


@pytest.mark.parametrize(
    ("count", "state"),
    [(2, None), (3, "planned"), (4, "running"), (len(ROWS) - 3, "running"), (len(ROWS), "concluded")],
)
def test_the_state_follows_the_events(count, state):
    summary = summarise(ROWS[:count])
    assert (summary.state if summary else None) == state


@pytest.mark.parametrize("type_", ["cancelled", "timed-out"])
def test_an_investigation_can_end_without_a_verdict(type_):
    body = {type_.replace("-", "_"): Ended(reason="no longer needed", by="ada")}
    rows = rows_of([ONE.messages()[2], ONE.recorded(2, type_, **body)])
    story = assemble(rows)
    assert story is not None
    assert (story.summary.state, story.summary.headline, story.summary.ended_at) == (type_, "", ONE.at(2))
    assert story.summary.services == ("checkout",)  # from the focus, while no incident is known
    assert story.timeline[-1].text == f"{type_} by ada: no longer needed"


def test_a_revision_and_later_feedback_replace_what_the_list_shows():
    revised = ONE.recorded(10, "concluded", concluded=ONE.concluded(summary="cart ran out of memory", band="possible"))
    second = Outgoing(
        s.FEEDBACK_GIVEN,
        ONE.feedback(feedback_id="feedback-2", judgement="wrong", cause="a cable", given_at=ONE.at(90)),
        {"tenant": ONE.tenant, "investigation": ONE.investigation_id},
    )
    summary = summarise(rows_of([*ONE.messages(), revised, second]))
    assert summary is not None
    assert (summary.headline, summary.band, summary.judgement) == ("cart ran out of memory", "possible", "wrong")


def test_the_newest_state_of_the_incident_counts():
    resolved = ONE.incident(state="resolved", updated_at=ONE.at(100), resolved_at=ONE.at(100))
    keys = {"tenant": ONE.tenant, "incident": ONE.incident_id}
    story = assemble(rows_of([Outgoing(s.INCIDENT_RESOLVED, resolved, keys), *ONE.messages()]))
    assert story is not None
    assert story.incident == resolved
    assert story.timeline[0].text.startswith("incident resolved: ")


def test_a_dead_letter_belongs_to_what_it_was_about():
    subject = ONE.messages()[3].subject.render(**ONE.messages()[3].keys)
    letter = DeadLetter(
        subject=subject,
        stream="INVESTIGATIONS",
        stream_seq=4,
        consumer="planner-dispatch",
        reason="boom\x1b[31m",
        error_type="KeyError",
        deliveries=4,
        dead_at=ONE.at(5),
        payload_base64="",
    )
    row = make_row(
        stream="DEAD",
        seq=1,
        subject=f"dead.{subject}",
        stored_at=ONE.at(5),
        headers={},
        payload=encode(letter),
    )
    assert (row.name, row.tenant, row.investigation_id) == ("dead", "acme", ONE.investigation_id)
    assert model_of(row) is DeadLetter
    assert describe(parse(row), row.subject) == (
        f"given up by planner-dispatch after 4 deliveries: {subject}: boom[31m"
    )
    assert searchable(parse(row)) == "boom\x1b[31m"


def test_what_nobody_knows_is_kept_and_named():
    row = make_row(
        stream="SIGNALS", seq=1, subject="evt.signal.lost.v9.x", stored_at=ONE.at(0), headers={}, payload=b"\xff{"
    )
    assert (row.tenant, row.name, row.payload) == ("", "evt.signal.lost.v9.x", "�{")
    assert parse(row) is None
    assert describe(None, row.subject) == "evt.signal.lost.v9.x"
    assert searchable(None) == ""


def test_a_body_that_breaks_its_contract_is_kept_unparsed():
    row = make_row(
        stream="VERDICTS",
        seq=1,
        subject=s.VERDICT_REACHED.render(tenant="acme", investigation="one"),
        stored_at=ONE.at(0),
        headers={},
        payload=b"{}",
    )
    assert parse(row) is None
    assert assemble([row]) is None


def test_a_call_that_nobody_served_says_why():
    call = next(item.message for item in ONE.messages() if item.subject is s.TOOL_CALLED)
    unserved = call.model_copy(update={"provider": None, "status": "unavailable", "reason": "no provider configured"})
    assert describe(unserved, "x") == "metrics: no provider configured"
    assert describe(unserved.model_copy(update={"reason": ""}), "x") == "metrics: unavailable"


def test_the_timeline_has_one_line_for_each_kind():
    assert STORY is not None
    texts = [entry.text for entry in STORY.timeline]
    assert f"investigation opened: {STORY.summary.title} (balanced)" in texts
    assert "planned collect-symptoms (round 1)" in texts
    assert "asked metrics of pack: ok, 0 bytes in 0 ms" in texts
    assert "collect-symptoms succeeded: 2 findings, 1 calls, 12 ms" in texts
    assert "recorded collect-symptoms: succeeded" in texts
    assert "round 1 closed: all-finished" in texts
    assert f"verdict 1: {HEADLINE} (likely, 0.87)" in texts
    assert f"concluded: {HEADLINE} (likely, 0.87)" in texts
    assert "notice on terminal: recorded" in texts
    assert "ada says: right" in texts


@given(st.text())
@settings(max_examples=50)
def test_plain_text_has_one_line_and_no_control_characters(text):
    line = plain(text)
    assert len(line) <= 300
    assert line == line.strip()
    assert not any(char in line for char in "\n\r\t\x1b\x07\x9b\u202e\u2028")


def test_rows_keep_the_time_of_the_server():
    assert STORY is not None
    assert [entry.at for entry in STORY.timeline] == [ONE.at(seq) for seq in range(1, len(ROWS) + 1)]
    assert STORY.timeline[1].at - STORY.timeline[0].at == timedelta(seconds=1)
