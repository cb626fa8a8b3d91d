"""What is known of one notice: the claim that keeps it from going out twice. Pure.

`sending` is written before the send and replaced after it. A claim found in that state belongs to an attempt that
ended in between, the one point where nobody can know whether the notice left.
"""

from typing import Literal

from inquest.contracts.latest import Instant, Message, NoticeOutcome


class Claim(Message):
    """The value under a notice's key.

    Attributes:
        state: `sending` while an attempt is under way, `open` after one that surely did not arrive, `done` at the end.
        is_doubtful: an earlier attempt may have arrived.
        outcome: set when done.
        reason: set when done.
        at: of the outcome.
    """

    state: Literal["sending", "open", "done"]
    is_doubtful: bool = False
    outcome: NoticeOutcome = "failed"
    reason: str = ""
    at: Instant | None = None


def begin(found: Claim | None) -> Claim:
    """Return the claim of a new attempt."""
    is_doubtful = found is not None and (found.is_doubtful or found.state == "sending")
    return Claim(state="sending", is_doubtful=is_doubtful)


def succeeded(claim: Claim, at: Instant) -> Claim:
    """Return the claim after the channel took the notice."""
    if claim.is_doubtful:
        reason = "an earlier attempt ended before its outcome was known, so the notice may have arrived twice"
        return Claim(state="done", outcome="may-have-been-sent", reason=reason, at=at)
    return Claim(state="done", outcome="sent", at=at)


def gave_up(claim: Claim, reason: str, at: Instant) -> Claim:
    """Return the claim when nothing more is tried."""
    outcome: NoticeOutcome = "may-have-been-sent" if claim.is_doubtful else "failed"
    return Claim(state="done", outcome=outcome, reason=reason, at=at)
