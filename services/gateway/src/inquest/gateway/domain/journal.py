"""The journal of calls: intent first, then the result. What to do next is decided here."""

from datetime import datetime
from typing import Literal

from inquest.contracts.latest import Instant, Message, ToolResult

Step = Literal["claim", "answer", "wait", "take-over"]


class JournalEntry(Message):
    """One call. Without a result it is an intent, held by `owner` until the lease runs out."""

    owner: str
    lease_until: Instant
    repeats: int = 0
    result: ToolResult | None = None


def next_step(entry: JournalEntry | None, now: datetime) -> Step:
    """Decide about a call: unknown ones are claimed, recorded ones answered, dead intents taken over."""
    if entry is None:
        return "claim"
    if entry.result is not None:
        return "answer"
    return "wait" if now < entry.lease_until else "take-over"
