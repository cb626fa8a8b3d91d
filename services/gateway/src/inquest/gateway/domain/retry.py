"""When to ask the same provider again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Delays grow from `delay_s_first`, doubling, up to `delay_s_max`."""

    delay_s_first: float = 0.1
    delay_s_max: float = 2.0


def delay_s(
    policy: RetryPolicy,
    failures: int,
    retries_max: int,
    left_s: float,
    retry_after_s: float = 0.0,
    *,
    chance: float = 1.0,
) -> float | None:
    """Return how long to wait before the next try after `failures` failures, or None to give up.

    `chance`, from 0 to 1, spreads those who failed together over the second half of the delay.

    A wait that would use up the time that is left is not worth it. What the source asks for (`retry_after_s`) is never
    cut short.
    """
    if failures < 1 or failures > retries_max:
        return None
    grown_s = min(policy.delay_s_first * 2 ** min(failures - 1, 16), policy.delay_s_max) * (1 + chance) / 2
    wait_s = retry_after_s + grown_s if retry_after_s else grown_s
    return wait_s if wait_s < left_s else None
