"""The parts of a report for people, in the order in which someone who was just woken needs them. Pure.

Everything quoted is passed through `plain`, so that each text stays on its line and moves no cursor.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from inquest.config.budget_text import bytes_text
from inquest.contracts.latest import CapabilitySpend, Coverage, ProviderSpend, Verdict, Window
from inquest.contracts.text import plain
from inquest.notifier.domain.report import Exhibit, Report

TITLE_CHARS_MAX = 160
QUERY_CHARS_MAX = 112
QUERY_HEAD_CHARS = 30
LOSSES_CHARS_MAX = 600
BLAST_MAX = 6
REASONS_CHARS_MAX = 120
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CEILING = re.compile(r"^No higher than \w+: |\s*\(.*\)(?=\.?$)|\.$")
_CEILINGS_IN_SHORT = {
    "no independent source agrees": "one kind of source",
    "the cause is not seen to begin before the symptoms": "not seen to begin before the symptoms",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A label, the text beside it (may be empty), and the lines below it."""

    label: str
    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is shown: findings for and against; a full report has every ceiling and question, and queries apart."""

    proof_max: int
    against_max: int
    is_full: bool


def sections(report: Report, zone: tzinfo, detail: Detail) -> Iterator[Section]:
    """Yield the parts of the report in order, times in `zone`."""
    yield _incident(report, zone)
    if report.window:
        skew = (plain(f"the signal's time was moved: {report.clock_skew}"),) if report.clock_skew else ()
        yield Section("Window", _span(report.window, zone), skew)
    verdict = report.verdict
    proof = report.proof[: detail.proof_max]
    if verdict is None:
        yield Section("Cause", f"no verdict yet: the investigation is {report.summary.state}")
    else:
        yield Section("Cause", plain(verdict.headline) or "not named", tuple(_belief(report, verdict, proof)))
    yield Section("Next step", plain(report.next_step))
    if verdict is not None:
        yield _first_sign(report, verdict, zone)
    yield _exhibits("Proof", proof, detail)
    yield _exhibits("Against", report.against[: detail.against_max], detail)
    if verdict is not None:
        yield from _doubts(report, verdict, detail)
    if report.stopped:
        yield Section("Stopped", "by its budget; this is what was found until then", tuple(map(plain, report.stopped)))
    yield Section("Took", _took(report))
    if verdict is not None and (spent := tuple(_spent(verdict, detail))):
        yield Section("Spent", spent[0], spent[1:])
    for given in report.feedback:
        cause = f": {given.cause}" if given.cause else ""
        yield Section("Feedback", plain(f"{given.judgement}{cause} ({given.given_by}, {_time(given.given_at, zone)})"))


def _incident(report: Report, zone: tzinfo) -> Section:
    summary = report.summary
    facts = f"({summary.severity}, tenant {summary.tenant}, opened {_time(summary.opened_at, zone)})"
    return Section("Incident", f"{plain(summary.title, TITLE_CHARS_MAX)} {facts}")


def _belief(report: Report, verdict: Verdict, proof: Iterable[Exhibit]) -> Iterator[str]:
    """Yield how sure the verdict is and what held it back, then what the mechanism adds to the headline."""
    short = (_in_short(ceiling) for ceiling in verdict.ceilings)
    held = plain("; ".join(dict.fromkeys(short)), REASONS_CHARS_MAX)
    draft = "" if report.is_final else f" (not final: the investigation is {report.summary.state})"
    yield f"{verdict.band} · {verdict.confidence:.2f}{f' (held back: {held})' if held else ''}{draft}"
    if report.leading is None:
        return
    more = added(plain(report.leading.mechanism), plain(verdict.headline).rstrip("."))
    is_shown = any(plain(item.evidence.statement).startswith(more.rstrip("…. ")) for item in proof)
    if more and not is_shown:
        yield f"strongest candidate: {more}" if verdict.band == "undetermined" else more


def _in_short(ceiling: str) -> str:
    text = _CEILING.sub("", ceiling).rstrip(".")
    return _CEILINGS_IN_SHORT.get(text, text)


def added(mechanism: str, headline: str) -> str:
    """Return what a mechanism says beyond the headline; both are plain, the headline without its full stop."""
    rest = mechanism[len(headline) :]
    if not headline or not mechanism.startswith(headline) or rest[:1].isalnum():
        return mechanism
    return rest.lstrip(" ;:,.")


def _first_sign(report: Report, verdict: Verdict, zone: tzinfo) -> Section:
    names = [plain(name) for name in verdict.blast_radius]
    more = f" and {len(names) - BLAST_MAX} more" if len(names) > BLAST_MAX else ""
    blast = f"blast radius: {', '.join(names[:BLAST_MAX]) or 'none seen'}{more}"
    sign = report.first_sign
    return Section(
        "First sign", f"{_time(sign.onset_at, zone)} {plain(sign.statement)}" if sign else "none with a time", (blast,)
    )


def _exhibits(label: str, exhibits: tuple[Exhibit, ...], detail: Detail) -> Section:
    lines: list[str] = []
    for item in exhibits:
        source = item.evidence.provenance
        lines.append(f"{item.label} {item.evidence.kind:<7} {plain(item.evidence.statement)}")
        if not detail.is_full:
            query = _cut(plain(source.query, 10 * QUERY_CHARS_MAX))
            lines.append(f"      from {plain(source.provider)}/{plain(source.interface)}: {query}")
    return Section(label, "" if lines else "none", tuple(lines))


def _cut(query: str) -> str:
    """Return a long query without its middle: it begins with the place and ends with the particular."""
    if len(query) <= QUERY_CHARS_MAX:
        return query
    head, _, cut_word = query[:QUERY_HEAD_CHARS].rpartition(" ")
    tail = query[QUERY_HEAD_CHARS - QUERY_CHARS_MAX :]
    return f"{head or cut_word} … {tail.partition(' ')[2] or tail}"


def _doubts(report: Report, verdict: Verdict, detail: Detail) -> Iterator[Section]:
    if report.leading and report.leading.refuting_query:
        yield Section("Check", plain(f"what would prove it wrong: {report.leading.refuting_query}"))
    if detail.is_full and verdict.ceilings:
        yield Section("Held back", "", tuple(plain(text) for text in verdict.ceilings))
    if verdict.open_questions and (detail.is_full or verdict.band == "undetermined"):
        yield Section("Open", "", tuple(plain(text) for text in verdict.open_questions))
    gaps = [plain(text) for text in _gaps(report.not_seen)]
    if losses := " ".join(_newest(verdict.losses)):
        gaps.append(plain(losses, LOSSES_CHARS_MAX))
    yield Section("Not seen", "" if gaps else "nothing: every source was looked at", tuple(gaps))


def _gaps(rows: Iterable[Coverage]) -> Iterator[str]:
    """Yield each gap once; interfaces that lack the same for the same reason share a line."""
    shared: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        reason = row.reason or "no reason given"
        alike = reason.replace(f"no {row.interface}", "none")
        shared.setdefault((row.status, alike), {})[row.interface] = reason
    for (status, alike), by_interface in shared.items():
        said = alike if len(by_interface) > 1 else next(iter(by_interface.values()))
        yield f"{', '.join(by_interface)}: {'' if status == 'looked' else f'{status}, '}{said}"


def _newest(losses: Iterable[str]) -> Iterable[str]:
    """Return the losses; of those that differ only in their numbers, the newest."""
    return {_NUMBER.sub("#", loss): loss for loss in losses}.values()


def _took(report: Report) -> str:
    took = report.took
    seconds = f"{took.seconds:.1f} s" if took.seconds is not None else "not ended"
    repeated = f" ({took.repeated_calls} repeated)" if took.repeated_calls else ""
    return f"{seconds} · {took.calls} tool calls{repeated} · {took.tokens} tokens"


def _spent(verdict: Verdict, detail: Detail) -> Iterator[str]:
    """Yield what it used in all, then by provider; a full report has the capabilities too."""
    spend = verdict.spend
    if not spend.by_provider:
        return
    yield f"{bytes_text(spend.bytes_read)} read · {spend.call_ms / 1000:.1f} s of calls"
    rows: list[tuple[str, ProviderSpend | CapabilitySpend]] = [(row.provider, row) for row in spend.by_provider]
    rows += [(row.capability, row) for row in spend.by_capability] if detail.is_full else []
    for name, row in rows:
        tokens = f", {row.tokens} tokens" if row.tokens else ""
        size = bytes_text(row.bytes_read)
        yield plain(f"{name}: {row.calls} calls, {size}, {row.call_ms / 1000:.1f} s{tokens}")


def _time(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def _span(window: Window, zone: tzinfo) -> str:
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    form = "%H:%M:%S %Z" if (start.date(), start.tzname()) == (end.date(), end.tzname()) else "%Y-%m-%d %H:%M:%S %Z"
    return f"{start.strftime('%Y-%m-%d %H:%M:%S')} \N{EN DASH} {end.strftime(form)}"
