"""What a notice says, in the order in which someone who was just woken needs it. Pure.

Telemetry and people's texts are untrusted: all of it is passed through `quiet`, so that each text stays on its line
and holds no address that a client would make a link of. Addresses that are meant to be followed are in `links`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inquest.contracts.latest import Notice, NoticeContent, NoticeFinding, NoticeKind
from inquest.contracts.text import plain
from inquest.notifier.domain.sections import added

TITLE_CHARS_MAX = 200
FACTS_MAX = 6
LINKS_MAX = 5
URL_CHARS_MAX = 1000
BODY_LINES_MAX = 60
ZERO_WIDTH_SPACE = "\u200b"
MadeT = TypeVar("MadeT")
_ADDRESS = re.compile(r"(?i)(:)(//)|(www)(\.)|(mailto)(:)")

_PREFIXES: dict[NoticeKind, str] = {
    "verdict": "",
    "revision": "Changed: ",
    "escalation": "Needs a person: ",
    "admission": "Not investigated: ",
    "resolved": "Resolved: ",
    "correction": "Correction: ",
    "test": "Test: ",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go on reading; the address is http or https and percent-encoded."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A label and its lines; never without lines."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A notice in parts. `heading` is the news in one line, `reference` says which notice it is."""

    title: str
    heading: str
    facts: str
    parts: tuple[Part, ...]
    links: tuple[Link, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is said: characters of a line, lines of a part, links."""

    line_chars_max: int
    lines_max: int
    links_max: int


FULL = Detail(line_chars_max=400, lines_max=8, links_max=LINKS_MAX)
LEVELS = (FULL, Detail(300, 4, 3), Detail(160, 3, 1), Detail(100, 2, 1), Detail(60, 1, 1))


def outline(notice: Notice, detail: Detail = FULL) -> Outline:
    """Return what the notice says in as much detail as asked for."""
    reference = f"Inquest · investigation {notice.investigation_id} · notice {notice.notice_id}"
    content = notice.content
    if content is None:
        lines = [line for line in notice.body.splitlines()[:BODY_LINES_MAX] if line.strip()]
        kept = tuple(quiet(line, detail.line_chars_max) for line in lines[: 5 * detail.lines_max])
        heading = quiet(notice.subject, TITLE_CHARS_MAX) or "A notice"
        return Outline(heading, heading, "", (Part("", kept),) if kept else (), (), reference)
    return Outline(
        title=quiet(content.title, TITLE_CHARS_MAX) or "an incident",
        heading=_heading(_PREFIXES[notice.kind], quiet(content.headline, TITLE_CHARS_MAX) or "no cause is named"),
        facts=" · ".join(_facts(content)),
        parts=tuple(_parts(content, detail)),
        links=tuple(_links(content))[: detail.links_max],
        reference=reference,
    )


def fitted(notice: Notice, make: Callable[[Outline], MadeT], size: Callable[[MadeT], int], size_max: int) -> MadeT:
    """Return the most detailed form that is no larger than `size_max`, in the unit that `size` counts in.

    The last level is returned whatever its size; each renderer's limit leaves it room.
    """
    for detail in LEVELS:
        made = make(outline(notice, detail))
        if size(made) <= size_max:
            return made
    return made


def has_answer(notice: Notice) -> bool:
    """Whether the notice holds a whole verdict, so that it may take the place of an earlier one."""
    return notice.content is None or notice.content.band is not None


def quiet(text: str, chars_max: int) -> str:
    """Return untrusted text on one line, in which clients find no address to make a link of."""
    return _ADDRESS.sub(lambda found: ZERO_WIDTH_SPACE.join(filter(None, found.groups())), plain(text, chars_max))


def http_url(text: str) -> str | None:
    """Return an http or https address in printable ASCII, or None for anything else, such as javascript:."""
    try:
        url = quote(text.strip(), safe=":/?#[]@!$&'()*+,;=%~-._")
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    except ValueError:
        return None
    return url if is_good and len(url) <= URL_CHARS_MAX else None


def _heading(prefix: str, headline: str) -> str:
    """Return the headline with what kind of news it is, unless it says so itself."""
    rest = headline[len(prefix) :] if headline.casefold().startswith(prefix.casefold()) else headline
    return prefix + rest


def _facts(content: NoticeContent) -> Iterator[str]:
    if content.number:
        yield f"INC-{content.number}"
    if content.band is not None:
        yield f"{content.band} {content.confidence:.2f}" if content.confidence is not None else content.band
    yield content.severity
    if content.services:
        yield _names(content.services)
    if content.opened_at is not None:
        try:
            zone = ZoneInfo(content.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        yield f"opened {content.opened_at.astimezone(zone).strftime('%Y-%m-%d %H:%M:%S %Z')}"
    if content.took_s is not None:
        yield f"took {content.took_s:.1f} s"


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - FACTS_MAX} more" if len(names) > FACTS_MAX else ""
    return ", ".join(quiet(name, 60) for name in names[:FACTS_MAX]) + more


def _parts(content: NoticeContent, detail: Detail) -> Iterator[Part]:
    first = content.first_failing_service
    blast = f"blast radius: {_names(content.blast_radius)}" if content.blast_radius else ""
    rows: tuple[tuple[str, Iterable[str]], ...] = (
        ("Incident", (content.title,)),
        ("Changed", content.changed),
        ("Why", (content.reason,)),
        ("Mechanism", (added(content.mechanism, content.headline.rstrip(".")),)),
        ("Next step", (content.next_step,)),
        ("First failing", ("; ".join(filter(None, (first, blast))),)),
        ("Proof", map(_finding, content.evidence)),
        ("Against", map(_finding, content.against)),
        ("Tried", content.tried),
        ("Stopped by its budget", content.stopped),
        ("Not seen", content.not_seen),
        ("Open", content.open_questions),
    )
    for label, texts in rows:
        given = [text for text in texts if text and not text.isspace()]
        lines = [line for text in given[: detail.lines_max] if (line := quiet(text, detail.line_chars_max))]
        if len(given) > detail.lines_max:
            lines.append(f"… and {len(given) - detail.lines_max} more")
        if lines:
            yield Part(label, tuple(lines))


def _finding(finding: NoticeFinding) -> str:
    source = f" ({finding.source})" if finding.source else ""
    return f"{finding.label} {finding.kind}: {finding.statement}{source}"


def _links(content: NoticeContent) -> Iterator[Link]:
    for link in content.links:
        if url := http_url(link.url):
            yield Link(quiet(link.title, 80) or url, url)
