import pytest
from inquest.contracts.errors import Conflict, RetryLater
from inquest.planner.domain import decide
from inquest.planner.domain.state import apply, fold
from inquest.planner.ports import History
from inquest.planner.recorder import TRIES_MAX, Recorder


class FakeHistories:
    """One history in a list. `intruders` are appended by somebody else just before our next append."""

    def __init__(self, intruders=(), always_first=False):
        self.events = []
        self.intruders = list(intruders)
        self.always_first = always_first
        self.loads = 0

    async def load(self, _tenant, _investigation_id):
        self.loads += 1
        return History(fold(self.events), len(self.events))

    async def append(self, history, event):
        if self.intruders:
            self.events.append(self.intruders.pop(0))
        if self.always_first or history.seq != len(self.events):
            raise Conflict("somebody else was first")
        self.events.append(event)
        return History(apply(history.state, event), len(self.events))


async def opened(histories, build):
    draft = decide.incident_opened(build.incident(), build.terms())
    return await Recorder(histories).record("acme", "inv-1", build.t0, lambda state: [] if state else [draft])


async def test_what_is_decided_is_appended(build):
    histories = FakeHistories()
    state = await opened(histories, build)
    assert state == fold(histories.events)
    assert [event.number for event in histories.events] == [1, 2, 3, 4]


async def test_a_lost_race_decides_again_on_what_the_winner_wrote(build):
    histories = FakeHistories(intruders=build.opened().events[:2])
    await opened(histories, build)
    assert histories.events == build.opened().events
    assert histories.loads == 3


async def test_lost_races_have_a_limit(build):
    histories = FakeHistories(always_first=True)
    with pytest.raises(RetryLater, match=f"lost {TRIES_MAX} races"):
        await opened(histories, build)
    assert histories.loads == TRIES_MAX


async def test_deciding_nothing_appends_nothing(build):
    histories = FakeHistories()
    assert await Recorder(histories).record("acme", "inv-1", build.t0, lambda _: []) is None
    assert histories.events == []
