"""How often somebody may ask: token buckets in bounded memory."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from inquest.contracts.errors import Impossible
from inquest.identity.errors import RateLimited
from inquest.identity.permissions import ROLES
from inquest.identity.principal import Principal

BUCKETS_MAX = 10_000  # callers, and addresses of strangers; beyond it the longest unseen is forgotten
_RATE_MAX = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second in the long run, and up to `burst` at once."""

    per_s: float
    burst: float


FAILURES = Rate(per_s=1, burst=20)  # of one address that nobody knows
RATES: Mapping[str, Rate] = {
    "viewer": Rate(20, 60),
    "responder": Rate(20, 60),
    "operator": Rate(20, 60),
    "admin": Rate(100, 300),
}


def parse_rates(text: str) -> Mapping[str, Rate]:
    """Return the rates of `viewer=20/60,admin=100/300`: a second, and at once; the rest as by default.

    Raises Impossible.
    """
    found = dict(RATES)
    for part in filter(None, text.replace(" ", "").split(",")):
        role, _, rate = part.partition("=")
        per_s, _, burst = rate.partition("/")
        try:
            made = Rate(float(per_s), float(burst or per_s))
        except ValueError:
            made = Rate(0, 0)
        if role not in ROLES or not 0 < made.per_s <= _RATE_MAX or not 1 <= made.burst <= _RATE_MAX:
            raise Impossible(f"write ROLE=PER_SECOND/AT_ONCE with commas between them; roles are {', '.join(ROLES)}")
        found[role] = made
    return found


class Buckets:
    """One bucket for each key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, keys_max: int = BUCKETS_MAX) -> None:
        self._clock = clock
        self._keys_max = keys_max
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # key → tokens, and when

    def take(self, key: Hashable, rate: Rate) -> float:
        """Take one; returns 0, or, where there is none, in how many seconds there will be one."""
        now = self._clock()
        level, at = self._levels.pop(key, (rate.burst, now))
        level = min(rate.burst, level + (now - at) * rate.per_s)
        self._levels[key] = (level - 1 if level >= 1 else level, now)
        if len(self._levels) > self._keys_max:
            self._levels.popitem(last=False)
        return 0.0 if level >= 1 else (1 - level) / rate.per_s

    def __len__(self) -> int:
        return len(self._levels)


class Limits:
    """Who may ask now. Whoever is known is served whatever strangers do at the same address, such as a proxy's."""

    def __init__(self, rates: Mapping[str, Rate], clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._known = Buckets(clock)
        self._strangers = Buckets(clock)

    def admit(self, who: Principal) -> None:
        """Count one request. Raises RateLimited. Who is on this machine, and no keys are set up, is not limited."""
        if who.method == "local":
            return
        wait_s = self._known.take((who.method, who.name), self._rates[who.role])
        if wait_s:
            raise RateLimited(f"{who.name} asks too often", wait_s, who)

    def failed(self, peer: str | None) -> None:
        """Count a failed attempt. Raises RateLimited where an address makes too many."""
        wait_s = self._strangers.take(_network(peer), FAILURES)
        if wait_s:
            raise RateLimited("too many failed attempts come from this address", wait_s)


def _network(peer: str | None) -> str:
    """Return what one stranger has: an IPv4 address, or the /64 that an IPv6 customer is given."""
    try:
        address = ipaddress.ip_address((peer or "").strip("[]"))
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
