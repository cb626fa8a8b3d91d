"""How an incident ends, returns, and flaps."""

from datetime import datetime, timedelta

from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.incident import listed
from inquest.intake.domain.correlation.links import span
from inquest.intake.domain.correlation.place import Place, Rules, mark_of
from inquest.intake.domain.correlation.state import CYCLES_MAX, EARLY_MAX, Early, Kept, marks


def resolve(book: Book, signal: Signal, seen: Place, rules: Rules) -> None:
    """Take an alert from the incident it fires in; the last one closes it."""
    kept = book.owner(seen.mark)
    if kept is not None and seen.mark in kept.ended:
        ended_at = kept.ended_at
        ended_at[seen.mark] = max(ended_at[seen.mark], seen.at_s)
        book.put(kept.model_copy(update=marks(kept.fired_at, ended_at)))
        book.remember(signal, None, "repeated")
        return
    if kept is None or not kept.is_open:
        kept = _uncounted(book, seen)
    if kept is None:
        _overtook(book, signal)
        return
    if signal.occurred_at < kept.incident.opened_at or seen.at_s < kept.fired_at.get(seen.mark, 0.0):
        book.remember(signal, None, "too-late")  # it ended an earlier incident, or the alert has fired again since
        return
    kept = book.put(kept.model_copy(update={"incident": listed(kept.incident, signal)}))
    left = len(kept.firing) + kept.uncounted - 1
    kept = book.decide(kept, signal.received_at, "ended", f"{signal.source}: {left} of its alerts still fire", signal)
    book.remember(signal, kept, "ended", f"{signal.source}: {left} of its alerts still fire")
    ended(book, kept, seen.mark, signal, rules, said_at=signal.occurred_at, said=signal.title)


def _uncounted(book: Book, seen: Place) -> Kept | None:
    """Return the incident with more alerts than it remembers, at the service that a resolution names."""
    alike = (one for one in book.kept.values() if one.is_open and one.uncounted)
    return next((one for one in alike if any(one.spot(service) for service in seen.own)), None)


def ended(book: Book, kept: Kept, mark: str, signal: Signal, rules: Rules, *, said_at: datetime, said: str) -> Kept:
    """Note that an alert is over, and close its incident when none fires any more."""
    firing, over = kept.fired_at, kept.ended_at
    uncounted = kept.uncounted if firing.pop(mark, None) is not None else max(0, kept.uncounted - 1)
    over[mark] = max(over.pop(mark, 0.0), said_at.timestamp())
    update = {"uncounted": uncounted, **marks(firing, over)}
    kept = book.put(kept.model_copy(update={**update, "touched_at": max(kept.touched_at, signal.received_at)}))
    if firing or uncounted:
        return kept
    if kept.incident.flapping:
        await_quiet(book, kept, rules)
        return kept
    kept = book.put(kept.model_copy(update={"resolved_by": signal.signal_id}))
    held = "; it was held until then, and nobody was told" if kept.is_held else ""
    return close(book, kept, said_at, said, f"{signal.source} resolved the last of its alerts{held}")


def await_quiet(book: Book, kept: Kept, rules: Rules) -> None:
    """Set the timer that closes an incident that flaps."""
    if kept.is_open and kept.incident.flapping and not kept.firing and not kept.uncounted:
        book.arm(kept, "quiet", kept.touched_at + timedelta(seconds=rules.correlation.quiet_s))


def close(book: Book, kept: Kept, at: datetime, said: str, how: str) -> Kept:
    """Resolve an incident."""
    kept = book.decide(kept, at, "resolved", how)
    book.saying(kept).resolved = True
    return book.amend(kept, state="resolved", resolved_at=at, resolution=said or None, ended_how=how, held_until=None)


def quiet_ended(book: Book, kept: Kept, at: datetime) -> None:
    """Close an incident that flapped and has been quiet. One that was closed is told again."""
    if kept.is_open and kept.incident.flapping and not kept.firing and not kept.uncounted:
        close(book, kept, at, "", "it flapped, and has been quiet since")
    elif not kept.is_open:
        told = book.saying(kept)
        told.resolved = True
        told.causes.append("quiet-ended")


def reopen(book: Book, kept: Kept, signal: Signal, why: str) -> Kept:
    """Open a resolved incident again. It is not announced again: its investigation is the one it had."""
    incident = kept.incident
    kept = book.put(kept.model_copy(update={"resolved_by": None}))
    kept = book.decide(kept, signal.received_at, "reopened", why, signal)
    return book.amend(
        kept,
        state="open",
        resolved_at=None,
        resolution=None,
        ended_how="",
        reopened_at=signal.received_at,
        reopened_count=incident.reopened_count + 1,
    )


def count_return(book: Book, kept: Kept, signal: Signal, seen: Place, rules: Rules) -> Kept:
    """Count that an alert fires again after it had ended; often within a short time is flapping."""
    known = {like: (count, since_s) for like, count, since_s in kept.cycles}
    count, since_s = known.pop(seen.like, (0, seen.at_s))
    if seen.at_s - since_s > rules.correlation.flap_s:
        count, since_s = 0, seen.at_s
    known[seen.like] = (count + 1, since_s)
    cycles = tuple((like, *row) for like, row in known.items())[-CYCLES_MAX:]
    kept = book.put(kept.model_copy(update={"cycles": cycles}))
    if count + 1 < rules.correlation.flap_count or kept.incident.flapping:
        return kept
    often = f"the same alert returned {count + 1} times in {span(seen.at_s - since_s)}"
    kept = book.decide(kept, signal.received_at, "flapping", f"{often}: investigated once, and closed when it is quiet")
    return book.amend(kept, flapping=True)


def _overtook(book: Book, signal: Signal) -> None:
    """Keep a resolution that came before its alert."""
    known = book.early.pop(signal.dedup_key, None)
    if known is not None and known.occurred_at >= signal.occurred_at:
        book.early[signal.dedup_key] = known  # of several ends the last one counts
        book.remember(signal, None, "early")
        return
    book.early[signal.dedup_key] = Early(
        dedup_key=signal.dedup_key,
        occurred_at=signal.occurred_at,
        received_at=signal.received_at,
        title=signal.title,
    )
    if len(book.early) > EARLY_MAX:
        del book.early[next(iter(book.early))]
    book.remember(signal, None, "early")


def close_early(book: Book, signal: Signal, rules: Rules) -> None:
    """End an alert at once when its resolution has overtaken it."""
    early = book.early.pop(signal.dedup_key, None) if signal.dedup_key else None
    kept = book.owner(mark_of(signal.dedup_key))
    if early is not None and kept is not None and signal.occurred_at <= early.occurred_at:
        mark = mark_of(signal.dedup_key)
        ended(book, kept, mark, signal, rules, said_at=early.occurred_at, said=early.title)
