"""The health of a provider: a fold over successes and failures (a circuit breaker)."""

from dataclasses import dataclass

_DOUBLINGS_MAX = 4


@dataclass(frozen=True, slots=True)
class CircuitPolicy:
    """After `failures_max` failures in a row the provider rests for `reset_s`, doubled with each further failure."""

    failures_max: int = 3
    reset_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Health:
    """Failures in a row, until when the provider rests (seconds of a monotonic clock), and the last reason."""

    failures: int = 0
    rests_until_s: float = 0.0
    reason: str = ""

    def allows(self, now_s: float) -> bool:
        """Whether the provider may be asked; after its rest one try decides."""
        return now_s >= self.rests_until_s


HEALTHY = Health()


def after_failure(health: Health, reason: str, now_s: float, policy: CircuitPolicy) -> Health:
    """Return the health after one more failure."""
    failures = health.failures + 1
    over = failures - policy.failures_max
    rest_s = policy.reset_s * 2 ** min(over, _DOUBLINGS_MAX) if over >= 0 else 0.0
    return Health(failures, now_s + rest_s if rest_s else health.rests_until_s, reason)
