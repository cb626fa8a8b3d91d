"""What one verdict is made of, chosen from what the streams hold. The order of arrival does not matter."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import Evidence, InvestigationRecorded, LimitReached, Opened, StepFinished


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything that the streams hold of one investigation, in any order, with repeats."""

    events: Sequence[InvestigationRecorded]
    finished: Sequence[StepFinished]
    evidence: Sequence[Evidence]
    repeated_calls: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """The steps and evidence of all rounds up to `round`, sorted by id, each once.

    `missing` holds (round, capability) of steps that did not finish in time; `rounds` maps step ids to rounds.
    """

    tenant: str
    investigation_id: str
    opened: Opened
    round: int
    steps: tuple[StepFinished, ...]
    evidence: tuple[Evidence, ...]
    missing: tuple[tuple[int, str], ...]
    rounds: Mapping[str, int]
    repeated_calls: int = 0
    stopped_by: tuple[LimitReached, ...] = ()  # what closed a round before its steps had finished


def case_of(recorded: Recorded, closing: InvestigationRecorded) -> Case:
    """Return the case as of the event that closes a round; later events are not looked at.

    Raises RetryLater while something that must have been written is not readable yet: a verdict on half
    of the evidence would look like one on all of it.
    """
    events = _history(recorded.events, closing)
    opened = events[0].opened
    if opened is None:
        raise RetryLater(f"investigation {closing.investigation_id}: event 1 is not the opening")
    closed = [event.round_closed for event in events if event.round_closed is not None]
    planned = {e.step_planned.task.step_id: e.step_planned.task.round for e in events if e.step_planned is not None}
    rounds = {step: planned.get(step, one.round) for one in closed for step in one.step_ids}
    steps = _steps(recorded.finished, rounds)
    newest = {one.round: one for one in closed}  # a round is closed again when a step comes in late
    return Case(
        tenant=closing.tenant,
        investigation_id=closing.investigation_id,
        opened=opened,
        round=max((one.round for one in closed), default=1),
        steps=steps,
        evidence=_evidence(recorded.evidence, steps),
        missing=tuple(sorted((one.round, capability) for one in newest.values() for capability in one.missing)),
        rounds=rounds,
        repeated_calls=recorded.repeated_calls,
        stopped_by=tuple(reached for one in closed for reached in one.stopped_by),
    )


def _history(events: Iterable[InvestigationRecorded], closing: InvestigationRecorded) -> list[InvestigationRecorded]:
    known = {event.number: event for event in (*events, closing) if event.number <= closing.number}
    if len(known) != closing.number:
        raise RetryLater(f"investigation {closing.investigation_id}: {len(known)} of {closing.number} events readable")
    return [known[number] for number in sorted(known)]


def _steps(finished: Iterable[StepFinished], listed: Collection[str]) -> tuple[StepFinished, ...]:
    known = {one.step_id: one for one in finished if one.step_id in listed}
    if absent := sorted(set(listed) - known.keys()):
        raise RetryLater(f"outcome of step {absent[0]} is not readable yet")
    return tuple(known[step] for step in sorted(known))


def _evidence(evidence: Iterable[Evidence], steps: Iterable[StepFinished]) -> tuple[Evidence, ...]:
    listed = {(step.step_id, one) for step in steps for one in step.evidence_ids}
    readable = {(one.step_id, one.evidence_id): one for one in evidence}
    if absent := sorted(listed - readable.keys()):
        raise RetryLater(f"evidence {absent[0][1]} of step {absent[0][0]} is not readable yet")
    # The same finding of two steps is one finding; the smaller step id gives its provenance.
    once = {key[1]: readable[key] for key in sorted(listed, reverse=True)}
    return tuple(once[one] for one in sorted(once))
