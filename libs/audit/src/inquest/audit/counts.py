"""What is only counted: the same deed within a window becomes one record with a count."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from inquest.contracts.deeds import Deed

KEYS_MAX = 256  # different deeds counted in one window; more are counted as `(others)`
REFUSALS_MAX = 32  # of these, refusals: strangers make them, and must not fill the stream
HASHES_MAX = 64  # listed in one record; of more there is their digest
OTHERS = "(others)"


@dataclass(slots=True)
class Counted:
    """How often, from when to when, and the hashes of what it was."""

    since: datetime
    at: datetime
    times: int = 0
    hashes: list[str] = field(default_factory=list)

    def listed(self) -> tuple[str, ...]:
        """Return the hashes in ascending order, none where they are too many."""
        return tuple(sorted(self.hashes)) if len(self.hashes) <= HASHES_MAX else ()

    def digest(self) -> str:
        """Return the hash of the hashes, nothing where there are none."""
        return hashlib.sha256("\n".join(sorted(self.hashes)).encode()).hexdigest() if self.hashes else ""


class Counts:
    """The deeds of one window."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._counted: dict[Deed, Counted] = {}

    def begin(self, deed: Deed) -> bool:
        """Return whether it is new in this window; from now on it is known there."""
        key = self._key(deed)
        is_new = key not in self._counted
        if is_new:
            self._counted[key] = Counted(now := self._clock(), now)
        return is_new

    def add(self, deed: Deed, digest: str = "") -> None:
        """Count one more."""
        self.begin(deed)
        counted = self._counted[self._key(deed)]
        counted.times += 1
        counted.at = self._clock()
        if digest:
            counted.hashes.append(digest)

    def take(self) -> Iterator[tuple[Deed, Counted]]:
        """Begin a new window; yields what was counted in the old one."""
        ended, self._counted = self._counted, {}
        return ((deed, counted) for deed, counted in ended.items() if counted.times)

    def _key(self, deed: Deed) -> Deed:
        """Return what a deed is counted as."""
        if deed in self._counted:
            return deed
        refusals = sum(one.outcome == "refused" for one in self._counted)
        if len(self._counted) < KEYS_MAX and (deed.outcome != "refused" or refusals < REFUSALS_MAX):
            return deed
        return replace(deed, by=OTHERS, reason="", about="", peer="")
