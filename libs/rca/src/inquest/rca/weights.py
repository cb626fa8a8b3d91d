"""The few numbers that ranking is made of, in log-odds. One configuration for every system."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """What each kind of evidence is worth, in units of log-odds at full strength.

    Why each has its sign is what an experienced engineer would say of any system; see
    `docs/how-inquest-decides.md` for the reasoning behind the sizes.
    """

    prior: float = -3.0
    local: float = 3.0
    spread: float = 2.0
    explains: float = 1.5
    onset: float = 0.8
    target: float = 0.5
    victim: float = -2.5
    change_prior: float = -3.0
    behaviour: float = 3.0
    fit: float = 2.5
    words: float = 1.5
    numbers: float = 2.0
    owner: float = 1.5
    recent: float = 0.7
    not_live: float = -2.0
    late: float = -4.0
    outside: float = -2.5


DEFAULT = Weights()
