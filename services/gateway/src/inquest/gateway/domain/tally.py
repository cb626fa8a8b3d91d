"""How the side that is tried does, counted by all gateways together, and when that is too bad. No clock decides."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import NonNegativeInt

from inquest.contracts.latest import Message


class Rule(Protocol):
    """What the configuration says about rollbacks (`inquest.config.switching.RollbackConfig`)."""

    @property
    def automatic(self) -> bool:
        """Whether it acts."""
        ...

    @property
    def calls_window(self) -> int:
        """About so many of the last count."""
        ...

    @property
    def calls_min(self) -> int:
        """Fewer decide nothing."""
        ...

    @property
    def error_percent_max(self) -> float:
        """More is too many."""
        ...

    @property
    def difference_percent_max(self) -> float:
        """More is too many."""
        ...


@dataclass(frozen=True, slots=True)
class Counted:
    """What one gateway saw since it last told the others."""

    calls: int = 0
    errors: int = 0
    compared: int = 0
    differing: int = 0

    def __add__(self, more: "Counted") -> "Counted":
        """Return both together."""
        return Counted(
            self.calls + more.calls,
            self.errors + more.errors,
            self.compared + more.compared,
            self.differing + more.differing,
        )


class Recent(Message):
    """How many of the last were bad: two halves of a window, so that what is long ago is forgotten without a clock."""

    seen: NonNegativeInt = 0
    bad: NonNegativeInt = 0
    seen_before: NonNegativeInt = 0
    bad_before: NonNegativeInt = 0

    @property
    def total(self) -> int:
        """How many count."""
        return self.seen + self.seen_before

    @property
    def bad_total(self) -> int:
        """How many of these were bad."""
        return self.bad + self.bad_before

    def plus(self, seen: int, bad: int, window: int) -> "Recent":
        """Return it with more; a half that is full takes the place of the one before."""
        if self.seen >= window / 2:
            return Recent(seen=seen, bad=bad, seen_before=self.seen, bad_before=self.bad)
        return self.model_copy(update={"seen": self.seen + seen, "bad": self.bad + bad})


class Tally(Message):
    """What counts for one domain of one tenant since it was last switched, which `number` tells."""

    number: NonNegativeInt = 0
    errors: Recent = Recent()
    differences: Recent = Recent()


def counted(tally: Tally, number: int, more: Counted, window: int) -> Tally:
    """Return the tally with what a gateway saw; what it saw before the last switch counts no more."""
    if number < tally.number:
        return tally
    base = tally if number == tally.number else Tally(number=number)
    return Tally(
        number=number,
        errors=base.errors.plus(more.calls, more.errors, window) if more.calls else base.errors,
        differences=base.differences.plus(more.compared, more.differing, window) if more.compared else base.differences,
    )


def too_bad(tally: Tally, rule: Rule) -> str:
    """Say why the side that is tried has to go; empty while it may stay."""
    if not rule.automatic:
        return ""
    limits = (
        (tally.errors, rule.error_percent_max, "calls failed"),
        (tally.differences, rule.difference_percent_max, "comparisons differed"),
    )
    for recent, percent_max, what in limits:
        if recent.total >= rule.calls_min and recent.bad_total * 100 > percent_max * recent.total:
            percent = recent.bad_total * 100 / recent.total
            return f"{recent.bad_total} of the last {recent.total} {what} ({percent:.1f} %, at most {percent_max:g} %)"
    return ""
