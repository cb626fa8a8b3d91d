"""Whether people are to be left alone about a notice: maintenance windows and mutes. Pure.

An incident is only muted when all of it is: one of its services that no mute names is reason enough to tell people.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from inquest.config.notices import MaintenanceWindow
from inquest.contracts.latest import Mute, NoticeContent


@dataclass(frozen=True, slots=True)
class Silence:
    """A window or mute that holds now; `why` is a sentence for people."""

    why: str
    services: tuple[str, ...]
    sources: tuple[str, ...]
    labels: Mapping[str, str]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """What holds for one notice: why nobody is told ("" where somebody is), and who is not told otherwise."""

    why: str = ""
    people: tuple[Silence, ...] = ()

    def spares(self, person: str) -> Silence | None:
        """Return what keeps this person from being told, or None."""
        return next((silence for silence in self.people if matches_any(person, silence.people)), None)


def silences(windows: Iterable[MaintenanceWindow], mutes: Iterable[Mute], at: datetime) -> Iterator[Silence]:
    """Yield what holds at a time."""
    for window in windows:
        if ends_at := window.ends_at(at):
            why = f"maintenance window {window.name} until {_time(ends_at)}: {window.reason}"
            yield Silence(why, _unless_all(window.services), window.sources, window.labels, window.people)
    for mute in mutes:
        if mute.starts_at <= at < mute.ends_at:
            why = f"muted by {mute.by} until {_time(mute.ends_at)}: {mute.reason}"
            yield Silence(why, _unless_all(mute.services), mute.sources, mute.labels, mute.people)


def quiet(content: NoticeContent, active: Iterable[Silence]) -> Quiet:
    """Return what the active silences mean for a notice."""
    about = [silence for silence in active if _is_about(content, silence)]
    whole = [silence for silence in about if not silence.people]
    people = tuple(silence for silence in about if silence.people and _covers((silence,), content.services))
    return Quiet("; ".join(dict.fromkeys(silence.why for silence in _needed(whole, content.services))), people)


def matches_any(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name matches one of the patterns, in which `*` stands for any characters; case does not count."""
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def has_labels(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether all wanted labels are there with a matching value."""
    return all(name in labels and matches_any(labels[name], (pattern,)) for name, pattern in wanted.items())


def _unless_all(services: tuple[str, ...]) -> tuple[str, ...]:
    """Return nothing for `*`: it is meant for incidents without a service as well."""
    return () if "*" in services else services


def _is_about(content: NoticeContent, silence: Silence) -> bool:
    if silence.sources and not (content.sources and all(matches_any(one, silence.sources) for one in content.sources)):
        return False
    return has_labels(content.labels, silence.labels)


def _needed(whole: Sequence[Silence], services: Sequence[str]) -> Sequence[Silence]:
    """Return the silences that together cover the services; none where they do not."""
    if everything := [silence for silence in whole if not silence.services]:
        return everything[:1]
    if not _covers(whole, services):
        return ()
    return [silence for silence in whole if any(matches_any(one, silence.services) for one in services)]


def _covers(several: Iterable[Silence], services: Sequence[str]) -> bool:
    patterns = [silence.services for silence in several]
    if any(not named for named in patterns):
        return True
    return bool(services) and all(any(matches_any(one, named) for named in patterns) for one in services)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S %Z")
