"""The one failure policy: what becomes of a message after its handler ran (ADR 0005). Pure."""

from dataclasses import dataclass
from typing import Literal

from inquest.contracts.errors import Impossible, RetryLater

DELAY_S_FIRST = 0.25
AFTER_S_MAX = 3600.0  # of a delay that somebody outside asked for
# Our own dead-letter path acts this many deliveries before the server's limit. The deliveries between are
# left for what we cannot catch: poison that kills the process, which the server reports in an advisory.
DELIVERIES_RESERVED = 2
# A bug does not mend itself. What waits for others has all deliveries: some five minutes of an outage, at 20.
BUG_ATTEMPTS_MAX = 8

Outcome = Literal["acked", "retried", "dead"]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to do with the message: ack, nak with a delay in seconds, or dead-letter and term."""

    outcome: Outcome
    delay_s: float = 0.0
    is_bug: bool = False


def settle(error: BaseException | None, attempt: int, attempt_max: int, delay_s_max: float) -> Settlement:
    """Decide from the handler's error and the number of this delivery (1 is the first).

    No error acks. Impossible dead-letters at once. RetryLater and bugs retry with a delay that doubles from
    DELAY_S_FIRST up to `delay_s_max`, or is as long as the error asks for, and dead-letter at their limits.
    """
    if error is None:
        return Settlement("acked")
    if isinstance(error, Impossible):
        return Settlement("dead")
    is_bug = not isinstance(error, RetryLater)
    limit = max(1, attempt_max - DELIVERIES_RESERVED)
    if attempt >= (min(limit, BUG_ATTEMPTS_MAX) if is_bug else limit):
        return Settlement("dead", is_bug=is_bug)
    asked_s = min(error.after_s, AFTER_S_MAX) if isinstance(error, RetryLater) else 0.0
    return Settlement("retried", max(min(DELAY_S_FIRST * 2 ** (attempt - 1), delay_s_max), asked_s), is_bug)
