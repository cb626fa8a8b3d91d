"""What is known of one notice: the claim that keeps it from going out twice. Pure.

`sending` is written before the send and replaced after it. A claim found in that state belongs to an attempt that
ended in between, the one point where only the channel can know whether the notice left.
"""

from typing import Literal

from inquest.contracts.latest import HeldBy, Instant, Message, NoticeOutcome


class Claim(Message):
    """The value under a notice's key.

    Attributes:
        state: `sending` while an attempt is under way, `open` after one that surely did not arrive, `failed` when
            nothing more is tried unless a person redrives it, `done` at the end.
        is_doubtful: an earlier attempt may have arrived.
        outcome: set when done or failed.
        reason: set when done or failed.
        held_by: why a recorded notice did not leave.
        thread: what the channel called the message.
        rendered: what was or would have been handed over.
        at: of the outcome.
    """

    state: Literal["sending", "open", "failed", "done"]
    is_doubtful: bool = False
    outcome: NoticeOutcome = "failed"
    reason: str = ""
    held_by: HeldBy = ""
    thread: str | None = None
    rendered: str = ""
    at: Instant | None = None


class Told(Message):
    """What one channel was last told about one investigation.

    `thread` is what the channel called the message. `revision` keeps a late notice from replacing a newer one.
    """

    notice_id: str
    revision: int
    outcome: NoticeOutcome
    thread: str | None = None
    at: Instant


def begin(found: Claim | None, rendered: str) -> Claim:
    """Return the claim of a new attempt."""
    is_doubtful = found is not None and (found.is_doubtful or found.state == "sending")
    return Claim(state="sending", is_doubtful=is_doubtful, rendered=rendered)


def held(found: Claim | None, by: HeldBy, reason: str, rendered: str, at: Instant) -> Claim:
    """Return the claim of a notice that does not leave; what an earlier attempt may have sent is not denied."""
    if found is not None and (found.is_doubtful or found.state == "sending"):
        return gave_up(begin(found, rendered), f"{reason}; an earlier attempt may have arrived", at, held_by=by)
    return Claim(state="done", outcome="recorded", reason=reason, held_by=by, rendered=rendered, at=at)


def succeeded(claim: Claim, thread: str | None, at: Instant) -> Claim:
    """Return the claim after the channel took the notice."""
    done = claim.model_copy(update={"state": "done", "outcome": "sent", "thread": thread, "at": at})
    if not claim.is_doubtful:
        return done
    reason = "an earlier attempt ended before its outcome was known, so the notice may have arrived twice"
    return done.model_copy(update={"outcome": "may-have-been-sent", "reason": reason})


def found_there(claim: Claim, thread: str, at: Instant) -> Claim:
    """Return the claim when the channel says that an earlier attempt had arrived."""
    reason = "an earlier attempt had arrived; the channel was asked, and nothing was sent again"
    return succeeded(claim.model_copy(update={"is_doubtful": False, "reason": reason}), thread, at)


def gave_up(claim: Claim, reason: str, at: Instant, *, held_by: HeldBy = "") -> Claim:
    """Return the claim when nothing more is tried."""
    outcome: NoticeOutcome = "may-have-been-sent" if claim.is_doubtful else "failed"
    state = "done" if held_by else "failed"
    return claim.model_copy(update={"state": state, "outcome": outcome, "reason": reason, "held_by": held_by, "at": at})


def told_after(told: Told | None, notice_id: str, revision: int, claim: Claim) -> Told | None:
    """Return what the channel is known to have been told after a claim is done; None where that did not change."""
    if claim.state != "done" or claim.at is None or (told is not None and told.notice_id == notice_id):
        return None
    has_left = claim.outcome in ("sent", "may-have-been-sent")
    if claim.held_by not in ("", "shadow") or (told is not None and not has_left):
        return None  # what was held says nothing about what the channel has
    thread = claim.thread or (told.thread if told else None)
    newest = max(revision, told.revision if told else 0)
    return Told(notice_id=notice_id, revision=newest, outcome=claim.outcome, thread=thread, at=claim.at)
