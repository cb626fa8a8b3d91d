"""Changes that came in through the doors, as the answer to a question about changes. Pure.

What is told of one deployment several times is one change: it began when it was first told to be under way. A commit
ships with the first deploy of itself or of a later one of its repository; each gets a deploy row of its own, which is
how deploys name commits in the domain `changes`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inquest.contracts.latest import ChangeData, DomainRequest, Signal, SignalChange
from inquest.gateway.domain.pages import is_asked
from inquest.gateway.domain.ranges import ranges

PHASE = "phase"  # label of a change that is told several times: requested, started, finished
STARTED = "started"


@dataclass(frozen=True, slots=True)
class _Told:
    """One change, with all that was told of it."""

    at: float
    newest: Signal
    change: SignalChange


def changes_of(signals: Iterable[Signal], request: DomainRequest, *, flags: bool) -> list[ChangeData]:
    """Return the changes that a request asks for, oldest first.

    Args:
        signals: of kind change, as received.
        request: which time and services; a change without a service is never left out.
        flags: whether flags are asked for, or everything else.
    """
    asked = ranges(request)
    start, end = (asked[0].start, asked[-1].end) if asked else (0.0, 0.0)
    told = [one for one in _told(signals) if (one.change.kind == "flag") == flags]
    rows = [row for one in told for row in _rows(one)]
    rows += _shipped(told)
    ordered = sorted(rows, key=lambda row: (row.time, row.ref, row.service or ""))
    return [row for row in ordered if start <= row.time < end and is_asked(row, request)]


def _told(signals: Iterable[Signal]) -> list[_Told]:
    groups: defaultdict[tuple[str, str], list[Signal]] = defaultdict(list)
    for signal in signals:
        groups[signal.source, signal.dedup_key or signal.signal_id].append(signal)
    found = []
    for group in groups.values():
        started = [signal for signal in group if signal.labels.get(PHASE) == STARTED]
        at = min(signal.occurred_at.timestamp() for signal in started or group)
        newest = max(group, key=lambda signal: (signal.occurred_at, signal.received_at))
        found.append(_Told(at, newest, newest.change or SignalChange()))
    return found


def _rows(told: _Told) -> list[ChangeData]:
    """Return a row per service; one alone for a commit to several, whose files tell more than their list."""
    services = told.newest.services
    of = (None,) if not services or (told.change.kind == "commit" and len(services) > 1) else services
    return [_row(told, service) for service in of]


def _row(told: _Told, service: str | None) -> ChangeData:
    change = told.change
    return ChangeData(
        time=told.at,
        kind=change.kind,
        service=service,
        ref=change.ref or told.newest.signal_id,
        author=change.author or None,
        message=told.newest.title,
        files=list(change.files),
        repository=change.repository or "",
    )


def _shipped(told: Sequence[_Told]) -> list[ChangeData]:
    """Return a deploy row for each commit that a deploy of a later commit of its repository shipped."""
    of_repository: defaultdict[str, list[_Told]] = defaultdict(list)
    for one in sorted(told, key=lambda one: one.at):
        if one.change.repository:
            of_repository[one.change.repository].append(one)
    return [row for ones in of_repository.values() for row in _shipped_in(ones)]


def _shipped_in(ones: Sequence[_Told]) -> Iterable[ChangeData]:
    commits = [one for one in ones if one.change.kind == "commit"]
    place = {one.change.ref: number for number, one in enumerate(commits)}
    gone = 0  # commits before this place are live
    for deploy in ones:
        if deploy.change.kind != "deploy" or deploy.change.ref not in place:
            continue
        upto = place[deploy.change.ref]
        for commit in commits[gone:upto]:  # the deployed one itself is named by the deploy
            for service in commit.newest.services or deploy.newest.services or (None,):
                yield _row(deploy, service).model_copy(update={"ref": commit.change.ref})
        gone = max(gone, upto + 1)
