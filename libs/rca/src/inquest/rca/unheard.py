"""Callees that tell nothing of themselves: their trouble shows in their callers alone."""

from collections.abc import Mapping, Sequence

from inquest.rca.cause import Term, total
from inquest.rca.finding import Sight
from inquest.rca.graph import CallGraph
from inquest.rca.symptoms import CAUSED

# What a callee can bring about in its callers, and what its callers' loss may really be.
_SHARED = frozenset({"prior", *CAUSED, "excess", "gap", "victim", "explains", "onset"})
# Of two that explain alike, the one that was seen in trouble goes first.
UNSEEN = -0.05


def unheard(graph: CallGraph, coverage: Sequence[Sight]) -> frozenset[str]:
    """The callees that no capability heard anything of; none where no capability says whom it heard."""
    heard = {entity for sight in coverage for entity in sight.entities}
    return frozenset(graph.callers.keys() - heard) if heard else frozenset()


def with_stand_ins(
    suspects: Mapping[str, list[Term]], graph: CallGraph, silent: frozenset[str]
) -> dict[str, list[Term]]:
    """The suspects, with each silent callee that traces do not acquit beside the caller it may have hurt most.

    Where calls to it are traced, their time and failures say what it did, and it is judged by them.
    """
    found = dict(suspects)
    for callee in sorted(silent - graph.traced):
        seats = [suspects[caller] for caller in sorted(graph.callers[callee]) if caller in suspects]
        worst = max((_shared(terms) for terms in seats), key=total, default=[])
        why = "it tells nothing of itself; what its caller shows may be its doing"
        stand_in = [*(Term(t.name, t.log_odds, t.findings, why) for t in worst), Term("unseen", UNSEEN, (), why)]
        found[callee] = max([*([found[callee]] if callee in found else []), stand_in], key=total)
    return found


def _shared(terms: Sequence[Term]) -> list[Term]:
    return [term for term in terms if term.name in _SHARED]
