"""An investigation as the fold of its recorded events. Pure; the events are the only truth (ADR 0009)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import (
    CapabilityTask,
    Concluded,
    EventType,
    InvestigationRecorded,
    InvestigationState,
    Opened,
    RoundClosed,
    StepRecorded,
)

VERSIONS: Mapping[EventType, int] = {
    "opened": 1,
    "step-planned": 1,
    "step-finished": 1,
    "round-closed": 1,
    "concluded": 1,
    "cancelled": 1,
    "timed-out": 1,
}
"""The newest version of each event type that this planner understands."""


class UnreadableHistory(RetryLater):
    """The history has a gap, or an event that this planner does not understand: it does not decide."""


@dataclass(frozen=True, slots=True)
class Investigation:
    """What the events up to `number` say.

    Attributes:
        investigation_id: the aggregate.
        tenant: whose it is.
        number: the last event's number.
        at: the last event's time.
        opened: what event 1 said.
        opened_at: when that was.
        round_at: when the first step of the newest round was planned; its deadline counts from here.
        tasks: planned steps by step id, in the order they were planned.
        finished: outcomes by step id.
        closings: every closing of a round; late steps close a round again.
        concluded: the newest conclusion.
        end: how it ended, None while it runs. A late verdict turns timed-out into concluded.
    """

    investigation_id: str
    tenant: str
    number: int
    at: datetime
    opened: Opened
    opened_at: datetime
    round_at: datetime
    tasks: Mapping[str, CapabilityTask] = field(default_factory=dict)
    finished: Mapping[str, StepRecorded] = field(default_factory=dict)
    closings: tuple[RoundClosed, ...] = ()
    concluded: Concluded | None = None
    end: Literal["concluded", "cancelled", "timed-out"] | None = None

    @property
    def state(self) -> InvestigationState:
        """The state that people see."""
        return self.end or ("running" if self.tasks else "planned")

    @property
    def round(self) -> int:
        """The newest round that has a step; 1 before any was planned."""
        return max((task.round for task in self.tasks.values()), default=1)

    @property
    def calls(self) -> int:
        """Tool calls that finished steps made."""
        return sum(step.calls for step in self.finished.values())

    @property
    def exhausted(self) -> frozenset[str]:
        """Capabilities whose own limit is reached, of this investigation or of the tenant: they are not asked again."""
        return frozenset(
            step.capability
            for step in self.finished.values()
            for one in step.limits_reached
            if (one.scope, one.name) == ("capability", step.capability)
            or (one.scope, one.name) == ("tenant", f"capability {step.capability}")
        )

    def tasks_of(self, round_number: int) -> tuple[CapabilityTask, ...]:
        """Return the steps planned for a round."""
        return tuple(task for task in self.tasks.values() if task.round == round_number)

    def awaited(self) -> tuple[CapabilityTask, ...]:
        """Return the steps of the newest round that have not finished."""
        return tuple(task for task in self.tasks_of(self.round) if task.step_id not in self.finished)

    @property
    def round_is_closed(self) -> bool:
        """Whether the newest round was closed, at least once."""
        return any(closing.round == self.round for closing in self.closings)

    @property
    def unlisted(self) -> frozenset[str]:
        """Steps that finished after every closing so far."""
        listed = {step_id for closing in self.closings for step_id in closing.step_ids}
        return frozenset(self.finished.keys() - listed)


def fold(events: Iterable[InvestigationRecorded]) -> Investigation | None:
    """Return the state after these events; None for none. Raises UnreadableHistory."""
    state: Investigation | None = None
    for event in events:
        state = apply(state, event)
    return state


def known(state: Investigation | None) -> Investigation:
    """Return the state. Raises RetryLater when nothing is recorded, for instance when a command overtook another."""
    if state is None:
        raise RetryLater("no such investigation is recorded yet")
    return state


def apply(state: Investigation | None, event: InvestigationRecorded) -> Investigation:
    """Return the state after one more event. Raises UnreadableHistory on a gap or on what is not understood."""
    check_readable(event)
    expected = state.number + 1 if state else 1
    if event.number != expected:
        raise UnreadableHistory(f"{event.investigation_id}: event {event.number} follows, {expected} was expected")
    if (event.type == "opened") != (state is None):
        raise UnreadableHistory(f"{event.investigation_id}: event {event.number} cannot be {event.type!r}")
    if state is None:
        return _open(event)
    if (event.tenant, event.investigation_id) != (state.tenant, state.investigation_id):
        raise UnreadableHistory(f"{state.investigation_id}: event {event.number} is of {event.investigation_id}")
    return replace(state, number=event.number, at=event.at, **_changes(state, event))


def check_readable(event: InvestigationRecorded) -> None:
    """Raise UnreadableHistory when this planner does not understand the event."""
    if event.version > VERSIONS.get(event.type, 0):
        raise UnreadableHistory(f"event {event.type!r} version {event.version} is newer than this planner")
    bodies = [name for name in VERSIONS if getattr(event, _field(name)) is not None]
    if bodies != [event.type]:
        raise UnreadableHistory(f"event {event.number} of type {event.type!r} carries {bodies}")


def _field(event_type: EventType) -> str:
    return event_type.replace("-", "_")


def _open(event: InvestigationRecorded) -> Investigation:
    assert event.opened is not None  # check_readable saw to it
    return Investigation(event.investigation_id, event.tenant, 1, event.at, event.opened, event.at, event.at)


def _changes(state: Investigation, event: InvestigationRecorded) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if planned := event.step_planned:
        changes["tasks"] = {**state.tasks, planned.task.step_id: planned.task}
        if not state.tasks_of(planned.task.round):
            changes["round_at"] = event.at
    if finished := event.step_finished:
        changes["finished"] = {**state.finished, finished.step_id: finished}
    if event.round_closed:
        changes["closings"] = (*state.closings, event.round_closed)
    if event.concluded:
        changes |= {"concluded": event.concluded, "end": "concluded"}
    if event.cancelled:
        changes["end"] = "cancelled"
    if event.timed_out:
        changes["end"] = "timed-out"
    return changes
