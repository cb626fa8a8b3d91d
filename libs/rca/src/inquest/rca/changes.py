"""`find_change_risks`: what went live near the incident, and what its diff does."""

from collections import defaultdict
from collections.abc import Sequence

from inquest.rca.diffs import Reading, read_diff
from inquest.rca.finding import Analysis, Finding, Kind, Scalar, analysis
from inquest.rca.ownership import owners
from inquest.rca.tables import Change, Target, Window
from inquest.rca.wording import clock, ref_name

# What puts a commit into effect; with a ref of its own it is a change itself.
SHIPS = frozenset({"deploy", "config", "scale"})
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
    until = max(window.end, target.fired_at if target and target.fired_at else window.end)
    roads = _Roads(changes)
    found, without_diff, binary = [], 0, 0
    for change in changes:
        if change.kind in SHIPS and change.ref in roads.commits:
            continue
        if not window.start - LOOKBACK_S <= change.time <= until:
            continue
        diff = change.diff
        if diff is not None and "\0" in diff:
            diff, binary = None, binary + 1
        without_diff += diff is None and change.kind == "commit"
        reading = read_diff(diff, change.files, change.message)
        found.append(_finding(change, reading, roads, window))
    losses = []
    if without_diff:
        losses.append(f"{without_diff} commits come without a diff and are judged by their message and files.")
    if binary:
        losses.append(f"{binary} diffs are binary and could not be read.")
    return analysis(found, losses)


class _Roads:
    """How commits get to production, as far as the deploys tell."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.deploys = sorted((c for c in changes if c.kind in SHIPS), key=lambda c: (c.time, c.entity or "", c.ref))
        self.commits = {change.ref for change in changes if change.kind == "commit"}
        self.by_ref: defaultdict[str, list[Change]] = defaultdict(list)
        for deploy in self.deploys:
            self.by_ref[deploy.ref].append(deploy)
        self.named = any(deploy.ref in self.commits for deploy in self.deploys)
        self.entities = {deploy.entity for deploy in self.deploys if deploy.entity}

    def live(self, change: Change) -> tuple[float | None, list[str]]:
        """Since when a change is live (None: not seen to be deployed), and where.

        Deploys that name commits are believed. Deploys that name versions ship what their service owns
        and was committed before. Where no deploy is known, a commit counts from the moment it was made.
        """
        if change.kind != "commit":
            return change.time, []
        own = self.by_ref.get(change.ref, [])
        if own:
            return own[0].time, [deploy.entity for deploy in own if deploy.entity]
        if self.named:
            return None, []
        if not self.deploys:
            return change.time, []
        owned = set(owners(change.files, change.message or "", self.entities))
        shipped = [d for d in self.deploys if d.time >= change.time and d.entity in owned]
        return (shipped[0].time, [d.entity for d in shipped if d.entity]) if shipped else (None, [])


def _finding(change: Change, reading: Reading, roads: _Roads, window: Window) -> Finding:
    live_at, entities = roads.live(change)
    shipped_as = {ship.kind for ship in roads.by_ref.get(change.ref, ())} - {"deploy"}
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
    statement = f'{change.kind} {ref_name(change.ref)} "{title}", {since}: {reading.why}.'
    features: dict[str, Scalar] = {
        "detector": "change",
        "ref": change.ref,
        "change_kind": min(shipped_as, default=change.kind),
        "made_at": change.time,
        "live": live_at is not None,
        "live_at": live_at if live_at is not None else 0.0,
        "entities": "\n".join(dict.fromkeys(entities)),
        "title": title,
        "files": "\n".join(change.files[:20]),
        "behaviour": round(behaviour, 3),
        "why": reading.why,
        "mechanisms": " ".join(reading.mechanisms),
        "pairs": ";".join(f"{pair.name}={pair.before:g}>{pair.after:g}" for pair in reading.pairs),
        "tokens": " ".join(reading.tokens),
        "phrases": "\n".join(reading.phrases),
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
