"""The journal of calls: intent first, then the result. What to do next is decided here."""

from dataclasses import dataclass
from typing import Literal

from inquest.contracts.latest import Message, ToolResult

Step = Literal["claim", "answer", "wait", "take-over"]
GAP_S_MAX = 1.5  # one looks more often: whoever was paused or cut off in between has not watched all that time


class JournalEntry(Message):
    """One call. Without a result it is an intent, whose `owner` writes it again and again while it lives."""

    owner: str
    repeats: int = 0
    result: ToolResult | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """An intent as one gateway saw it last, and for how many seconds of watching it had not been written."""

    revision: int
    looked_at_s: float
    unchanged_s: float = 0.0


def sighted(before: Sighting | None, revision: int, now_s: float) -> Sighting:
    """Return what is known of an intent after one more look, at a time of this process's monotonic clock.

    No clock of another machine is asked: what counts is that nothing was written while this process was looking.
    """
    if before is None or before.revision != revision:
        return Sighting(revision, now_s)
    gap_s = min(max(0.0, now_s - before.looked_at_s), GAP_S_MAX)
    return Sighting(revision, now_s, before.unchanged_s + gap_s)


def next_step(entry: JournalEntry | None, *, is_lost: bool) -> Step:
    """Decide about a call: unknown ones are claimed, recorded ones answered, intents of the lost taken over."""
    if entry is None:
        return "claim"
    if entry.result is not None:
        return "answer"
    return "take-over" if is_lost else "wait"
