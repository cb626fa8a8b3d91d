"""`find_error_signatures`: what the logs say that they did not say before."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inquest.rca.duplicates import unrepeated
from inquest.rca.errorclass import error_classes
from inquest.rca.finding import Analysis, Finding, Scalar, analysis
from inquest.rca.flows import Flow, expected_lines, flow_breaks, flow_of
from inquest.rca.severity import FAILED, severity_of
from inquest.rca.tables import Logs, Pattern, Target, Window, no_logs
from inquest.rca.templates import Miner
from inquest.rca.wording import clock, number

EXAMPLE_MAX = 160
SURPRISE_MIN = 2.0


@dataclass(slots=True)
class _Tally:
    """Lines of one template of one entity."""

    before: int = 0
    inside: int = 0
    first_at: float = math.inf
    last_at: float = -math.inf
    severity: int = 0
    example: str = ""
    since: float = math.nan  # of the first line, whose severity and example count


def find_error_signatures(
    logs: Logs,
    patterns: Sequence[Pattern] = (),
    *,
    window: Window,
    baseline: Window | None = None,
    target: Target | None = None,
    traces: tuple[int, int] | None = None,
) -> Analysis:
    """New, exploding and vanished templates, and breaks in what usually follows what.

    `patterns` are signatures of a source that samples its logs; their own delta is believed. Patterns of a summary
    stand for all lines; then `logs` is a sample, and `traces` says how many traces all lines have in the window and
    in the baseline. Linear in the number of lines.
    """
    del target
    losses: list[str] = []
    miner = Miner()
    summary = [one for one in patterns if one.is_summary]
    if summary:
        logs = logs if logs.templates is not None else no_logs()  # lines of no known pattern are in the counts
        identifiers = [miner.know(text) for text in logs.templates or ()]
        tallies = _tally_summary(summary, miner, window, baseline)
    else:
        logs, repeated = unrepeated(logs)
        if repeated:
            losses.append(f"{repeated} log lines were delivered twice and count once.")
        identifiers = [miner.add(message) for message in logs.messages]
        tallies = _tally(logs, identifiers, window, baseline)
    counted = _traces_of(logs, window, baseline)
    exposure = _exposure(traces or counted, window, baseline)
    is_whole = traces is None or traces == counted
    now = flow_of(logs, identifiers, window.covers(logs.times).nonzero()[0].tolist())
    usual = flow_of(logs, identifiers, baseline.covers(logs.times).nonzero()[0].tolist()) if baseline else Flow()
    if (summary or len(logs)) and baseline is None:
        losses.append("The logs have no baseline: a template is judged by its severity alone.")
    if len(logs) and not any(logs.severities):
        losses.append("The log lines carry no severity; their words stand in.")
    found = []
    for (entity, identifier), tally in tallies.items():
        # Half a line is added on both sides: what was never seen is rare, not impossible.
        expected = (tally.before + 0.5) * exposure
        # What a part of the traces lets expect is less certain than the counts of all lines.
        by_flow = expected_lines(now, usual, (entity, identifier)) if is_whole else None
        if by_flow is not None:
            expected = by_flow + 0.5
        finding = _judge(entity, miner.text(identifier), tally, expected, window, baseline)
        if finding is not None:
            found.append(finding)
    found.extend(_sampled(pattern, window) for pattern in patterns if pattern.delta != 0 and not pattern.is_summary)
    if baseline is not None:
        severities = {step: tally.severity for step, tally in tallies.items()}
        found.extend(flow_breaks(now, usual, miner, severities, window))
    return analysis(found, losses, {*logs.entities, *(pattern.entity for pattern in patterns)})


def _tally(
    logs: Logs, identifiers: Sequence[int], window: Window, baseline: Window | None
) -> Mapping[tuple[str, int], _Tally]:
    inside = window.covers(logs.times)
    before = baseline.covers(logs.times) if baseline is not None else np.zeros(len(logs), dtype=bool)
    tallies: dict[tuple[str, int], _Tally] = {}
    rows = zip(logs.entities, identifiers, logs.times.tolist(), inside.tolist(), before.tolist(), strict=True)
    for row, (entity, identifier, at, is_inside, is_before) in enumerate(rows):
        if not (is_inside or is_before):
            continue
        tally = tallies.get((entity, identifier))
        if tally is None or at == tally.since:
            severity = severity_of(logs.severities[row], logs.messages[row])
            if tally is None:
                tally = tallies[entity, identifier] = _Tally(severity=severity, since=at)
                tally.example = logs.messages[row][:EXAMPLE_MAX]
            elif severity > tally.severity:  # which of the first moment's lines came first is chance
                tally.severity, tally.example = severity, logs.messages[row][:EXAMPLE_MAX]
        if is_inside:
            tally.inside += 1
            tally.first_at = min(tally.first_at, at)
            tally.last_at = max(tally.last_at, at)
        else:
            tally.before += 1
    return tallies


def _tally_summary(
    summary: Sequence[Pattern], miner: Miner, window: Window, baseline: Window | None
) -> Mapping[tuple[str, int], _Tally]:
    tallies: dict[tuple[str, int], _Tally] = {}
    for one in sorted(summary, key=lambda one: (float(one.times[0]), -one.severity)):
        inside = window.covers(one.times)
        before = baseline.covers(one.times) if baseline is not None else np.zeros(len(one.times), dtype=bool)
        if not (inside.any() or before.any()):
            continue
        key = (one.entity, miner.know(one.signature))
        example = one.exemplars[0] if one.exemplars else one.signature
        tally = tallies.setdefault(key, _Tally(severity=one.severity, example=example[:EXAMPLE_MAX]))
        tally.before += int(one.counts[before].sum())
        if inside.any():
            tally.inside += int(one.counts[inside].sum())
            tally.first_at = min(tally.first_at, float(one.times[inside][0]))
            is_last = window.start <= one.last_at < window.end
            last_at = one.last_at if is_last else float(one.times[inside][-1])
            tally.last_at = max(tally.last_at, last_at)
    return tallies


def _traces_of(logs: Logs, window: Window, baseline: Window | None) -> tuple[int, int]:
    """How many traces there are in the window and in the baseline."""
    inside = window.covers(logs.times)
    before = baseline.covers(logs.times) if baseline is not None else np.zeros(len(logs), dtype=bool)
    known = [{logs.trace_ids[row] for row in np.flatnonzero(part).tolist()} - {None} for part in (inside, before)]
    return len(known[0]), len(known[1])


def _exposure(traces: tuple[int, int], window: Window, baseline: Window | None) -> float:
    """How many times more was looked at in the window than in the baseline.

    By traces where both have them (sampled logs keep whole traces), by time otherwise.
    """
    if baseline is None:
        return 1.0
    if min(traces) >= 10:
        return traces[0] / traces[1]
    return window.length_s / baseline.length_s if baseline.length_s else 1.0


def surprise(observed: float, expected: float) -> float:
    """Signed square root of the Poisson deviance: about a number of standard deviations."""
    if observed < 1e-9:
        return -math.sqrt(2 * expected)
    deviance = 2 * (observed * math.log(observed / expected) - (observed - expected))
    return math.copysign(math.sqrt(max(deviance, 0.0)), observed - expected)


def _judge(
    entity: str,
    text: str,
    tally: _Tally,
    expected: float,
    window: Window,
    baseline: Window | None,
) -> Finding | None:
    if baseline is None and tally.severity == 0:
        return None
    score = surprise(tally.inside, expected) if baseline is not None else 2.0 + tally.severity
    if abs(score) < SURPRISE_MIN or (score < 0 and tally.severity):
        return None
    novel = tally.before == 0
    weight = (0.45, 0.7, 1.0)[tally.severity]
    strength = weight * abs(score) / (abs(score) + 4.0)
    if score < 0:
        strength *= 0.6
    verdict = "is new" if novel else ("grew" if score > 0 else "vanished or fell")
    statement = (
        f'{entity} logged "{text[:EXAMPLE_MAX]}" {tally.inside} times where {number(expected)} were '
        f"expected: it {verdict}" + (f", from {clock(tally.first_at)} on." if tally.inside else ".")
    )
    features = _features(text, tally.example, tally.severity, score, novel=novel)
    features["count"] = float(tally.inside)
    features["expected"] = round(expected, 3)
    features["last_at"] = tally.last_at if tally.inside else 0.0
    onset = tally.first_at if tally.inside else None
    query = f"lines of {entity} by template, window against baseline"
    return Finding("log", entity, statement, window, onset, strength, features, query)


def _features(text: str, example: str, severity: int, score: float, *, novel: bool) -> dict[str, Scalar]:
    return {
        "detector": "template",
        "template": text[:EXAMPLE_MAX],
        "example": example,
        "severity": float(severity),
        "surprise": round(score, 3),
        "novel": novel,
        "classes": " ".join(error_classes(example)) if severity or FAILED.search(example) else "",
    }


def _sampled(pattern: Pattern, window: Window) -> Finding:
    """A signature counted by the source itself: its delta is against the source's own baseline."""
    expected = max(pattern.count - pattern.delta, 0.0)
    score = surprise(pattern.count, expected + 0.5)
    severity = 2 if FAILED.search(pattern.signature) or error_classes(pattern.signature) else 0
    strength = (1.0 if severity else 0.45) * abs(score) / (abs(score) + 4.0)
    if score < 0:
        strength *= 0.6
    statement = (
        f'{pattern.entity} logged "{pattern.signature[:EXAMPLE_MAX]}" {number(pattern.count)} times, '
        f"{number(pattern.delta)} against its own baseline."
    )
    features = _features(pattern.signature, pattern.signature[:EXAMPLE_MAX], severity, score, novel=expected == 0)
    features["detector"] = "pattern"
    features["count"] = pattern.count
    features["expected"] = expected
    query = f"log signatures of {pattern.entity} as its source counts them"
    return Finding("log", pattern.entity, statement, window, None, strength, features, query)
