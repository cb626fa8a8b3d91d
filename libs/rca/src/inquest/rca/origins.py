"""Where errors arise: failed spans without a failed child, and calls that nobody answered."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from inquest.rca.errorclass import error_classes
from inquest.rca.finding import Finding, Scalar
from inquest.rca.spantree import SpanTree
from inquest.rca.tables import Bools, Spans, Window
from inquest.rca.wording import clock, number

# Of the answered calls of one name, this share must go to one entity for it to be the one that is missed.
ANSWERED_SHARE_MIN = 0.8
Place = tuple[str, str]


@dataclass(slots=True)
class _Blame:
    """Failed spans laid at one entity's door: rows of the window, and how many before it."""

    rows: list[int] = field(default_factory=list)
    before: int = 0


def error_origins(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """Findings by (entity, caller): its own errors, and a caller's calls that it left unanswered.

    A client span that fails without a server span below it is no error of the client: whoever usually
    answers calls of that name is the one that did not.
    """
    origin = spans.errors & (tree.failed_children == 0)
    answers = _answerers(spans, tree)
    blamed: defaultdict[Place, _Blame] = defaultdict(_Blame)
    for row in np.flatnonzero(origin & (inside | before)).tolist():
        entity = spans.entities[row]
        callee = tree.peers.get(row) or (answers.get((entity, spans.names[row])) if not tree.children[row] else None)
        blame = blamed[(callee, entity) if callee else (entity, "")]
        if inside[row]:
            blame.rows.append(row)
        else:
            blame.before += 1
    totals = [Counter(spans.entities[row] for row in np.flatnonzero(mask).tolist()) for mask in (inside, before)]
    found = [_finding(spans, place, blame, totals, window) for place, blame in blamed.items() if blame.rows]
    return [finding for finding in found if finding is not None]


def _answerers(spans: Spans, tree: SpanTree) -> Mapping[Place, str]:
    """For each (entity, span name) the other entity that usually answers."""
    seen: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for row in np.flatnonzero(tree.parents >= 0).tolist():
        parent = int(tree.parents[row])
        if spans.entities[parent] != spans.entities[row]:
            seen[spans.entities[parent], spans.names[parent]][spans.entities[row]] += 1
    usual = {place: counts.most_common(1)[0] for place, counts in seen.items()}
    return {
        place: callee
        for place, (callee, count) in usual.items()
        if count >= ANSWERED_SHARE_MIN * sum(seen[place].values())
    }


def _finding(
    spans: Spans, place: Place, blame: _Blame, totals: Sequence[Counter[str]], window: Window
) -> Finding | None:
    entity, caller = place
    said_by = caller or entity
    all_now, all_before = totals[0][said_by], totals[1][said_by]
    share = len(blame.rows) / all_now
    usual_share = blame.before / all_before if all_before else 0.0
    if share <= usual_share * 1.5:
        return None
    onset = float(np.min(spans.starts[blame.rows]))
    text = _error_text(spans, blame.rows)
    name = Counter(spans.names[row] for row in blame.rows).most_common(1)[0][0]
    what = f"are calls to {entity} that it never saw" if caller else "failed without a failed child"
    statement = (
        f"{len(blame.rows)} of {number(all_now)} spans of {said_by} {what}, mostly "
        f'"{name[:80]}", from {clock(onset)} on' + (f": {text[:120]}." if text else ".")
    )
    features: dict[str, Scalar] = {
        "detector": "error-origin",
        "caller": caller,
        "span": name[:120],
        "errors": float(len(blame.rows)),
        "share": round(share, 4),
        "usual_share": round(usual_share, 4),
        "example": text[:160],
        "classes": " ".join(error_classes(text)) if text else "",
    }
    strength = (share - usual_share) ** 0.5 * len(blame.rows) / (len(blame.rows) + 3.0)
    query = f"failed spans of {said_by} without a failed child" + (f" and without a span of {entity}" if caller else "")
    return Finding("trace", entity, statement, window, onset, strength, features, query)


def _error_text(spans: Spans, rows: Sequence[int]) -> str:
    if spans.attributes is None:
        return ""
    texts: Counter[str] = Counter()
    for row in rows:
        for key, value in (spans.attributes[row] or {}).items():
            if isinstance(value, str) and any(w in key for w in ("error", "exception", "message", "status")):
                texts[value] += 1
    return texts.most_common(1)[0][0] if texts else ""
