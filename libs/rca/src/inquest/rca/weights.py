"""The few numbers that ranking is made of, in log-odds. One configuration for every system."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """What each kind of evidence is worth, in units of log-odds at full strength.

    The first group is about an entity's own trouble, the second about its place in the call graph, the
    third about changes. `docs/how-inquest-decides.md` says why each has its sign and its size.
    """

    prior: float = -3.0
    resource: float = 3.0
    excess: float = 4.0
    spread: float = 1.0
    flow: float = 3.5
    log: float = 2.5
    own_time: float = 3.0
    gap: float = 4.0
    origin: float = 2.5
    calls: float = 1.0

    victim: float = 2.5
    explains: float = 1.0
    onset: float = 0.6
    target: float = 0.5
    aside: float = -1.0

    change_prior: float = -3.0
    behaviour: float = 3.0
    fit: float = 2.5
    words: float = 1.5
    numbers: float = 2.0
    quoted: float = 3.0
    recent: float = 0.7
    at_once: float = 3.0
    neighbours: float = -0.5
    not_live: float = -2.0
    late: float = -4.0
    outside: float = -2.5


DEFAULT = Weights()
