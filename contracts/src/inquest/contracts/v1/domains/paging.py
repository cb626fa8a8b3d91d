"""What the request and the response of every domain have in common.

Times are UTC: `Instant` in requests, epoch seconds in responses (many rows, little room). A window includes its
start and not its end. Durations are milliseconds, sizes bytes; a unit that differs is the last part of a field's name.
"""

from pydantic import Field, PositiveInt

from inquest.contracts.message import Message, Window

ROWS_MAX = 1_000_000
CURSOR_CHARS_MAX = 4096


class DomainRequest(Message):
    """What is asked of any domain. Empty tuples and texts mean no restriction.

    `rows_max` is the size of a page. A response that has more names a `next_cursor`; the same request with that
    `cursor` goes on from there.
    """

    window: Window
    baseline: Window | None = None  # a stretch without the fault, read together with the window
    services: tuple[str, ...] = ()
    rows_max: PositiveInt = ROWS_MAX
    cursor: str = Field(default="", max_length=CURSOR_CHARS_MAX)


class DomainResponse(Message):
    """A page. Rows with a time are in ascending order of it.

    `truncated`: there is more than was answered, whether a cursor leads to it or not.
    """

    next_cursor: str = Field(default="", max_length=CURSOR_CHARS_MAX)
    truncated: bool = False
