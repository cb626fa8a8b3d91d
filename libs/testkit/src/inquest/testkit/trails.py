"""Reads what a process wrote down of the crash points that it passed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Trail:
    """The trail of one process; each look reads what is new.

    Attributes:
        last: the point that was passed last.
        entered: what it was given to do and has not finished, with how much of it.
        messages: `stream:sequence` of the messages it holds, with the durable.
        finished: when it finished each message, by the machine's monotonic clock in seconds.
    """

    path: Path
    last: str = ""
    entered: Counter[str] = field(default_factory=Counter)
    messages: dict[str, str] = field(default_factory=dict)
    finished: dict[str, float] = field(default_factory=dict)
    _passed: Counter[str] = field(default_factory=Counter)
    _offset: int = 0

    def passed(self) -> Counter[str]:
        """Return how often each point was passed."""
        self.look()
        return self._passed

    def in_flight(self) -> list[str]:
        """Return what the process is in the middle of."""
        self.look()
        return sorted(what for what, count in self.entered.items() if count > 0)

    def look(self) -> None:
        """Read what was written since the last look."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.decode().splitlines():
            self._take(*line.split(" "))

    def _take(self, point: str, at: str, message: str) -> None:
        self.last = point
        self._passed[point] += 1
        effect, _, rest = point.partition(".")
        what, _, side = rest.rpartition(".")
        if effect not in {"handle", "reply"}:
            return
        self.entered[what] += 1 if side == "before" else -1
        if message and side == "before":
            self.messages[message] = what
        elif message:
            self.messages.pop(message, None)
            if side == "after":
                self.finished[message] = float(at)


def points_of(passed: Mapping[str, int]) -> Iterator[str]:
    """Yield each point with the number of each time that it was passed, as INQUEST_CRASH_AT takes it."""
    for name in sorted(passed):
        for nth in range(1, passed[name] + 1):
            yield f"{name}:{nth}"
