"""Histories that a release wrote are read by every later one. Add a folder per release; never edit one."""

import json
from pathlib import Path

import pytest
from inquest.contracts.latest import InvestigationRecorded
from inquest.planner.domain.decide import follow_through
from inquest.planner.domain.state import fold

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*/*.json"))


def as_it_was(now, then):
    """Return what was known then of what is said now; fields that came since must say nothing."""
    if isinstance(now, list):
        return [as_it_was(*pair) for pair in zip(now, then, strict=True)]
    if not isinstance(now, dict):
        return now
    assert not any(value for name, value in now.items() if name not in then)
    return {name: as_it_was(value, then[name]) for name, value in now.items() if name in then}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_committed_history_still_says_the_same(path):
    document = json.loads(path.read_text())
    events = [InvestigationRecorded.model_validate(event) for event in document["events"]]
    state = fold(events)
    now = {
        "state": state.state,
        "round": state.round,
        "calls": state.calls,
        "planned": len(state.tasks),
        "finished": len(state.finished),
        "closings": [closing.model_dump(mode="json") for closing in state.closings],
        "opened": state.opened.model_dump(mode="json"),  # the wire leaves defaults out: they must never change
        "verdict_id": state.concluded.verdict_id if state.concluded else None,
    }
    assert as_it_was(now, document["says"]) == document["says"]
    assert follow_through(state) == []


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_prefix_of_it_can_be_folded(path):
    events = [InvestigationRecorded.model_validate(event) for event in json.loads(path.read_text())["events"]]
    assert [fold(events[:length]).number for length in range(1, len(events) + 1)] == list(range(1, len(events) + 1))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_it_demanded_is_decided_again_to_the_letter(path):
    """Replay: wherever the history alone demands a decision, this release makes the one that was recorded."""
    events = [InvestigationRecorded.model_validate(event) for event in json.loads(path.read_text())["events"]]
    decided = 0
    for length in range(1, len(events)):
        recorded = events[length:]
        for number, draft in enumerate(follow_through(fold(events[:length]))):
            assert (
                draft.numbered(
                    recorded[number].tenant,
                    recorded[number].investigation_id,
                    recorded[number].number,
                    recorded[number].at,
                )
                == recorded[number]
            ), f"event {recorded[number].number}"
            decided += 1
    assert decided > 0


def test_there_are_histories():
    assert len(HISTORIES) >= 4
