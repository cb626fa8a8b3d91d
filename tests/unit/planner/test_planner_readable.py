"""A planner decides only about histories that it understands, and never about one that is not there."""

from typing import get_args

import pytest
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import EventType
from inquest.planner.domain.state import UnreadableHistory, check_readable, known


@pytest.mark.parametrize("kind", get_args(EventType))
def test_no_event_of_a_newer_version_is_read(build, kind):
    event = build.opened().events[0].model_copy(update={"type": kind, "version": 2})
    with pytest.raises(UnreadableHistory, match="newer than this planner"):
        check_readable(event)


def test_what_is_not_recorded_yet_is_asked_for_again(build):
    with pytest.raises(RetryLater, match="no such investigation"):
        known(None)
    state = build.opened().state
    assert known(state) is state
