"""Whatever the order, repeats and crashes, the same decisions are made."""

from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import CapabilityTask, InvestigationRecorded
from inquest.planner.domain import decide
from inquest.planner.domain.rounds import step_id
from inquest.planner.domain.state import fold

TRIES_MAX = 500


def inputs(build):
    """Everything that others will ever say about one investigation of two rounds, with the page that opens it."""
    window = {"start": build.t0, "end": build.t0}
    tasks = [
        CapabilityTask(
            step_id=step_id("inv-1", number, name),
            tenant="acme",
            investigation_id="inv-1",
            capability_id=name,
            round=number,
            window=window,
        )
        for number in (1, 2)
        for name in build.capabilities
    ]
    verdicts = [build.verdict(band="possible"), build.verdict(round=2, revision=2)]
    return [build.incident(), *(build.outcome(task) for task in tasks), *verdicts]


def drafts_of(build, state, message):
    if hasattr(message, "opened_at"):
        return [] if state else [decide.incident_opened(message, build.terms())]
    if state is None:
        raise RetryLater("not opened")
    if hasattr(message, "headline"):
        return decide.verdict_reached(state, message, build.t0)
    return decide.step_finished(state, message)


def deliver(build, events, messages):
    """Deliver with redelivery on RetryLater; returns the history after it."""
    events, queue = list(events), deque(messages)
    for _ in range(TRIES_MAX):
        if not queue:
            return events
        message = queue.popleft()
        state = fold(events)
        try:
            drafts = drafts_of(build, state, message)
        except RetryLater:
            queue.append(message)
            continue
        events += decide.events_of(state, drafts, tenant="acme", investigation_id="inv-1", at=build.t0)
    raise AssertionError("deliveries do not come to rest")


def decisions(events):
    """What was decided, without the order in which outcomes came in."""
    return {event.model_copy(update={"number": 1}).model_dump_json() for event in events}


@settings(max_examples=40)
@given(st.data())
def test_any_order_with_repeats_leads_to_the_same_decisions(build, data):
    straight = deliver(build, [], inputs(build))
    events = deliver(build, [], data.draw(st.permutations(inputs(build) * 2)))
    assert decisions(events) == decisions(straight)
    assert [event.number for event in events] == list(range(1, len(straight) + 1))
    assert fold(events).state == "concluded"


@settings(max_examples=40)
@given(st.data())
def test_a_crash_after_any_append_is_made_good_by_redelivery(build, data):
    straight = deliver(build, [], inputs(build))
    before = deliver(build, [], data.draw(st.permutations(inputs(build))))
    cut = data.draw(st.integers(0, len(before)))
    wire = [event.model_dump_json(exclude_defaults=True) for event in before[:cut]]
    survived = [InvestigationRecorded.model_validate_json(line) for line in wire]
    events = deliver(build, survived, data.draw(st.permutations(inputs(build))))
    assert decisions(events) == decisions(straight)
    assert deliver(build, events, inputs(build) * 2) == events


@settings(max_examples=40)
@given(st.data())
def test_deadlines_at_any_moment_never_leave_a_gap_or_lose_a_step(build, data):
    events = deliver(build, [], [build.incident()])
    for message in data.draw(st.permutations([*inputs(build), 1, 2, "end"])):
        state = fold(events)
        try:
            if message == "end":
                drafts = decide.investigation_deadline(state, None)
            elif isinstance(message, int):
                drafts = decide.round_deadline(state, message)
            else:
                drafts = drafts_of(build, state, message)
        except RetryLater:
            continue
        events += decide.events_of(state, drafts, tenant="acme", investigation_id="inv-1", at=build.t0)
    state = fold(events)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert state.end is not None
    assert not state.unlisted
    finished = [event.step_finished.step_id for event in events if event.step_finished]
    assert len(finished) == len(set(finished))
