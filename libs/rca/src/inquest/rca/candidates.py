"""The causes that can be named: entities by themselves, and changes through the entity they act on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inquest.rca.cause import Cause, CauseKind, Remediation, Term, total
from inquest.rca.conviction import conviction
from inquest.rca.finding import Finding
from inquest.rca.graph import CallGraph
from inquest.rca.operational import Operation
from inquest.rca.ownership import owners
from inquest.rca.scene import scene
from inquest.rca.symptoms import OWN, Trouble
from inquest.rca.tables import Target
from inquest.rca.weights import Weights
from inquest.rca.wording import clock, ref_name, shortened

SUPPORT_MAX = 8
# Mechanisms that put load on, or hold, what an entity calls.
_LOADING = frozenset({"cache", "query", "retry", "concurrency", "pool", "limit"})
# Classes of symptom -> kind of cause and first aid, when no operational sign is seen.
_NATURES: tuple[tuple[frozenset[str], CauseKind, Remediation], ...] = (
    (frozenset({"memory", "restart", "gc"}), "resource", "restart"),
    (frozenset({"disk"}), "resource", "purge-data"),
    (frozenset({"throttle", "cpu", "queue", "pool", "threads"}), "resource", "scale"),
)


@dataclass(frozen=True, slots=True)
class Incident:
    """Everything that the candidates are weighed against; finding indices are those of `findings`.

    `shown` says how plainly the page's complaint shows in what is measured (0 to 1).
    """

    findings: Sequence[Finding]
    found: Mapping[str, Trouble]
    graph: CallGraph
    target: Target
    onset: float | None
    operations: tuple[Operation, ...]
    suspects: Mapping[str, list[Term]]
    shown: float


def candidates(incident: Incident, weights: Weights) -> list[Cause]:
    """All candidates, best first. Equal scores are ordered by name, never by arrival."""
    causes = [_entity_cause(entity, terms, incident) for entity, terms in incident.suspects.items()]
    causes += _change_causes(incident, weights)
    return sorted(causes, key=lambda cause: (-cause.score, cause.entity, cause.change_ref or ""))


def remediation(cause: Cause, incident: Incident) -> Remediation:
    """What to do first about a cause."""
    if cause.change_ref is not None:
        kinds = [
            incident.findings[i].text("change_kind")
            for i in cause.support
            if incident.findings[i].text("ref") == cause.change_ref
        ]
        return _switch(kinds[0] if kinds else "")
    return _nature(cause.entity, incident)[1]


def _switch(kind: str) -> Remediation:
    if kind == "flag":
        return "flag-disable"
    return "config-revert" if kind in {"config", "scale"} else "rollback"


def _nature(entity: str, incident: Incident) -> tuple[CauseKind, Remediation, str]:
    """Kind, first aid and a few words: an operational sign about the entity, else its strongest symptom."""
    trouble = incident.found.get(entity)
    own = set(trouble.indices()) if trouble else set()
    for one in incident.operations:
        if one.strength >= 0.4 and (own & set(one.findings) or one.name == "traffic"):
            return one.kind, one.remediation, one.sentence
    best: tuple[float, CauseKind, Remediation] = (0.35, "dependency", "none")
    for names, kind, remedy in _NATURES:
        weight = max((trouble.classes.get(name, 0.0) for name in names), default=0.0) if trouble else 0.0
        if weight > best[0]:
            best = (weight, kind, remedy)
    return best[1], best[2], "the trouble begins here and no change explains it"


def _entity_cause(entity: str, terms: list[Term], incident: Incident) -> Cause:
    trouble = incident.found.get(entity)
    kind, _, words = _nature(entity, incident)
    told = trouble.indices(*OWN) + trouble.indices() if trouble else ()
    support = (*told, *(index for term in terms if term.log_odds > 0 for index in term.findings))
    refuting = f"Does another entity show the same trouble before {entity} does, or without calling it?"
    return _cause(kind, entity, None, _mechanism(entity, words, terms, incident), terms, support, refuting)


def _mechanism(entity: str, words: str, terms: Sequence[Term], incident: Incident) -> str:
    """One sentence: what is wrong, and the strongest sign of it in its own words."""
    best = max((t for t in terms if t.findings and t.log_odds > 0), key=lambda t: t.log_odds, default=None)
    if best is None:
        return f"{entity}: {words}."
    return f"{entity}: {words}; {shortened(incident.findings[best.findings[0]].statement)}."


def _cause(
    kind: CauseKind,
    entity: str,
    ref: str | None,
    mechanism: str,
    terms: list[Term],
    support: Sequence[int],
    refuting: str,
) -> Cause:
    against = tuple(dict.fromkeys(i for term in terms if term.log_odds < 0 for i in term.findings))
    kept = tuple(i for i in dict.fromkeys(support) if i not in against or ref is not None)
    return Cause(
        kind=kind,
        entity=entity,
        change_ref=ref,
        mechanism=mechanism,
        score=total(terms),
        confidence=0.0,
        support=kept[:SUPPORT_MAX],
        against=tuple(i for i in against if i not in kept)[:SUPPORT_MAX],
        refuting_query=refuting,
        contributions=tuple(terms),
    )


def _change_causes(incident: Incident, weights: Weights) -> list[Cause]:
    changes = [(i, f) for i, f in enumerate(incident.findings) if f.detector == "change"]
    entities = {*incident.graph.callees, *incident.graph.callers, *incident.found}
    now = scene(incident.findings, entities, incident.target, incident.onset, incident.operations)
    by_change = conviction(changes, now, weights)
    causes = []
    for index, change in changes:
        entity, base = _seat(change, incident, weights)
        support = [index, *(i for t in sorted(base, key=lambda t: -t.log_odds) if t.log_odds > 0 for i in t.findings)]
        ref = change.text("ref")
        kind: CauseKind = "config" if change.text("change_kind") in {"config", "scale"} else "change"
        since = f", live since {clock(change.number('live_at'))}" if change.features.get("live") else ""
        sign = next((incident.findings[i].statement for i in support[1:]), "")
        mechanism = f"{change.text('change_kind')} {ref_name(ref)} on {entity}: {change.text('why')}{since}" + (
            f"; {shortened(sign)}." if sign else "."
        )
        refuting = (
            f"Does the trouble stay when {ref_name(ref)} is undone, or did it begin before {ref_name(ref)} was live?"
        )
        causes.append(_cause(kind, entity, ref, mechanism, [*base, *by_change[index]], support, refuting))
    return causes


def _seat(change: Finding, incident: Incident, weights: Weights) -> tuple[str, list[Term]]:
    """The entity through which a change acts, and what speaks for that entity.

    Where it was deployed, else who owns the paths; an entity without trouble of its own may still
    hurt those that call it.
    """
    known = sorted({*incident.suspects, *incident.graph.callees, *incident.graph.callers})
    entities = (
        change.text("entities").split("\n")
        if change.text("entities")
        else list(owners(change.text("files").split("\n"), change.text("title"), known))
    )
    nobody = [Term("prior", weights.prior, (), "few entities are the cause")]
    loads = bool(_LOADING & set(change.text("mechanisms").split()))
    seats = [(entity, _base(entity, incident, weights, nobody, loads=loads)) for entity in sorted(entities)]
    best = max(seats, key=lambda seat: total(seat[1]), default=None)
    return best if best is not None else (change.entity or "unknown", nobody)


def _base(entity: str, incident: Incident, weights: Weights, nobody: list[Term], *, loads: bool) -> list[Term]:
    """What speaks for the entity, or, when that is more, for a neighbour that it can hurt.

    A bad answer hurts callers; a lost cache, a held lock or one call per item hurts what is called.
    """
    graph, own = incident.graph, list(incident.suspects.get(entity, nobody))
    hurt = set(graph.callers.get(entity, ())) | (set(graph.callees.get(entity, ())) if loads else set())
    seats = [own]
    for other in sorted(hurt & set(incident.suspects)):
        why = f"it can hurt its neighbour {other}, which is in trouble"
        seats.append([*incident.suspects[other], Term("neighbours", weights.neighbours, (), why)])
    return max(seats, key=total)
