"""What the configuration grants to one new investigation. Everything that lasts is written into `opened`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inquest.contracts.latest import Limits, Mode, Share, Window


@dataclass(frozen=True, slots=True)
class Span:
    """What is looked at: the incident window, and a baseline to compare it with where there is one."""

    window: Window
    baseline: Window | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one investigation.

    Attributes:
        mode: the mode whose settings these are.
        limits: what it may spend, under the tenant's ceiling.
        capabilities: what is asked for in each round, in order.
        lookback_s: how far the window reaches back before the signal, in seconds.
        after_s: how far the window reaches past the signal, in seconds.
        baseline_s: length in seconds of the baseline that ends where the window starts.
        recording: what the tenant's incident pack covers, when the tenant replays one.
        revision: the configuration revision that says all this.
        profile: what the limits started from.
        shares: limits of single capabilities and providers.
        limits_from: who set each limit that is not the mode's own.
    """

    mode: Mode
    limits: Limits
    capabilities: tuple[str, ...]
    lookback_s: float
    after_s: float
    baseline_s: float
    recording: Span | None
    revision: int
    profile: str = ""
    shares: tuple[Share, ...] = ()
    limits_from: Mapping[str, str] = field(default_factory=dict)
