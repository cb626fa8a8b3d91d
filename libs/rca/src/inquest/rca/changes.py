"""`find_change_risks`: what went live near the incident, and what its diff does."""

from collections import defaultdict
from collections.abc import Sequence

from inquest.rca.diffs import Reading, read_diff
from inquest.rca.finding import Analysis, Finding, Kind, Scalar, analysis
from inquest.rca.tables import Change, Target, Window
from inquest.rca.wording import clock

LOOKBACK_S = 24 * 3600.0


def find_change_risks(
    changes: Sequence[Change],
    *,
    window: Window,
    baseline: Window | None = None,
    target: Target | None = None,
) -> Analysis:
    """One finding per change that could have been live: what it does and since when it is live.

    A commit is live from the first deploy of its own ref; where the source knows no deploys at all,
    from the moment it was made. Changes after the end of the window are not looked at.
    """
    del baseline
    deploys: defaultdict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.kind == "deploy":
            deploys[change.ref].append(change)
    commits = {change.ref for change in changes if change.kind == "commit"}
    until = max(window.end, target.fired_at if target and target.fired_at else window.end)
    found, without_diff, binary = [], 0, 0
    for change in changes:
        if change.kind == "deploy" and change.ref in commits:
            continue
        if not window.start - LOOKBACK_S <= change.time <= until:
            continue
        diff = change.diff
        if diff is not None and "\0" in diff:
            diff, binary = None, binary + 1
        without_diff += diff is None and change.kind == "commit"
        reading = read_diff(diff, change.files, change.message)
        found.append(_finding(change, reading, deploys.get(change.ref, []), window, any_deploy=bool(deploys)))
    losses = []
    if without_diff:
        losses.append(f"{without_diff} commits come without a diff and are judged by their message and files.")
    if binary:
        losses.append(f"{binary} diffs are binary and could not be read.")
    return analysis(found, losses)


def _finding(
    change: Change, reading: Reading, deploys: Sequence[Change], window: Window, *, any_deploy: bool
) -> Finding:
    own = sorted(deploys, key=lambda deploy: (deploy.time, deploy.entity or ""))
    live_at: float | None
    if change.kind == "commit":
        live_at = own[0].time if own else (None if any_deploy else change.time)
        entities = [deploy.entity for deploy in own if deploy.entity]
    else:
        live_at, entities = change.time, []
    if change.entity:
        entities.append(change.entity)
    where = ", ".join(dict.fromkeys(entities))
    behaviour = _behaviour(change, reading)
    kind: Kind = "flag" if change.kind == "flag" else "change"
    since = (
        f"live on {where or 'unknown services'} since {clock(live_at)}"
        if live_at is not None
        else "not seen to be deployed"
    )
    title = (change.message or f"{change.from_ or '?'} to {change.to or '?'}").splitlines()[0][:100]
    statement = f'{change.kind} {change.ref[:12]} "{title}", {since}: {reading.why}.'
    features: dict[str, Scalar] = {
        "detector": "change",
        "ref": change.ref,
        "change_kind": change.kind,
        "made_at": change.time,
        "live": live_at is not None,
        "live_at": live_at if live_at is not None else 0.0,
        "entities": " ".join(dict.fromkeys(entities)),
        "title": title,
        "files": "\n".join(change.files[:20]),
        "behaviour": round(behaviour, 3),
        "why": reading.why,
        "mechanisms": " ".join(reading.mechanisms),
        "pairs": ";".join(f"{pair.name}={pair.before:g}>{pair.after:g}" for pair in reading.pairs),
        "tokens": " ".join(reading.tokens),
    }
    entity = entities[0] if entities else ""
    query = "commits, deploys, flags and configuration before the end of the window"
    onset = live_at if live_at is not None else change.time
    return Finding(kind, entity, statement, window, onset, behaviour, features, query)


def _behaviour(change: Change, reading: Reading) -> float:
    """A flag, config or scale change acts by itself; a bare deploy of an unknown commit may."""
    if change.kind in {"flag", "config", "scale"} and change.diff is None:
        return 0.5
    if change.kind == "deploy":
        return 0.4
    return reading.behaviour
