"""What `inquest incidents` prints: an incident in a line, and its story in the order in which people ask. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from inquest.contracts.latest import (
    AdmissionDecided,
    Decision,
    IncidentStory,
    IncidentSummary,
    NearChange,
    NoticeSent,
    Signal,
)
from inquest.contracts.text import plain
from inquest.notifier.domain.advice import next_step

SIGNALS_SHOWN_MAX = 12
TITLE_CHARS_MAX = 90
NAME_CHARS_MAX = 80  # of a service: any text may come in as one
_LABEL_CHARS = 11
_BEFORE, _AFTER = timedelta(minutes=30), timedelta(minutes=10)  # looked at, around an incident
_QUESTIONS_MAX = 3
_FIRST_SHOWN = 4  # of the signals; the rest that is shown are the newest


def lines(summaries: Sequence[IncidentSummary], zone: tzinfo) -> list[str]:
    """Return incidents as the lines of a list."""
    width = max((len(name_of(summary)) for summary in summaries), default=0) + 2
    return [f"{name_of(summary):<{width}}{_line(summary, zone)}" for summary in summaries]


def _line(summary: IncidentSummary, zone: tzinfo) -> str:
    answer = f"{summary.headline} ({summary.band})" if summary.headline and summary.band else summary.title
    return (
        f"{_clock(summary.opened_at, zone, '%Y-%m-%d %H:%M')}  {summary.priority} {summary.severity:<9}"
        f"{_state(summary):<10}{_looked_at(summary):<11}{plain(answer, TITLE_CHARS_MAX)}"
    )


def name_of(summary: IncidentSummary) -> str:
    """Return what people call it: its number, or its id while it has none."""
    return f"INC-{summary.number}" if summary.number else summary.incident_id


def tell(story: IncidentStory, zone: tzinfo, now: datetime, *, timeline: bool = False) -> Iterator[str]:
    """Yield the story: the answer first, then how it came to it, then everything in order of time."""
    summary, incident = story.summary, story.incident
    yield f"{name_of(summary)}  {plain(summary.title)}"
    why = f" ({plain(incident.priority_why)})" if incident.priority_why else ""
    facts = f"{summary.severity}, {summary.priority}{why}; {_age(story, now)}"
    yield f"{'':<{_LABEL_CHARS}}{facts}; id {summary.incident_id}"
    yield ""
    yield from _answer(story, zone)
    yield from _part("Admission", _admission(story.admissions, zone))
    yield from _part("Services", [_names(summary.services) or "none is named"])
    yield from _part("Signals", _signals(story, zone))
    yield from _part("Decisions", _decisions(story, zone))
    yield from _part("Changes", [_change(change, zone) for change in incident.changes])
    yield from _part("Told", [_notice(notice, zone) for notice in story.notices] or ["nobody was told"])
    yield from _part("Links", [plain(link) for link in incident.links])
    if timeline:
        yield from _part("Timeline", [f"{_clock(one.at, zone)}  {plain(one.text)}" for one in story.timeline])


def _part(label: str, lines: Sequence[str]) -> Iterator[str]:
    for index, text in enumerate(lines):
        yield f"{label if index == 0 else '':<{_LABEL_CHARS}}{text}"


def _names(services: Sequence[str]) -> str:
    return ", ".join(plain(name, NAME_CHARS_MAX) for name in services)


def _state(summary: IncidentSummary) -> str:
    return "merged" if summary.merged_into else summary.state


def _looked_at(summary: IncidentSummary) -> str:
    return summary.investigation_state or summary.admission or "-"


def _age(story: IncidentStory, now: datetime) -> str:
    summary, incident = story.summary, story.incident
    if summary.merged_into:
        return plain(incident.ended_how) or f"merged into {summary.merged_into}"
    if summary.resolved_at:
        how = plain(incident.ended_how or incident.resolution or "")
        return f"resolved after {_span(summary.resolved_at - summary.opened_at)}" + (f": {how}" if how else "")
    words = [f"open for {_span(now - summary.opened_at)}"]
    if incident.held_until and incident.announced_at is None:
        words.append("held: more may come that says what it is")
    if incident.flapping:
        words.append("flapping")
    if incident.reopened_count:
        words.append(f"reopened {incident.reopened_count} times")
    return ", ".join(words)


def _answer(story: IncidentStory, zone: tzinfo) -> Iterator[str]:
    verdict, summary = story.verdict, story.summary
    if verdict is None:
        yield from _part("Cause", [_no_verdict(story)])
        return
    sure = f"({verdict.band}, {verdict.confidence:.2f})"
    leading = next(iter(verdict.hypotheses), None)
    because = [f"because {plain(leading.mechanism)}"] if leading and leading.mechanism else []
    ceilings = [f"held back: {plain(ceiling)}" for ceiling in verdict.ceilings]
    yield from _part("Cause", [f"{plain(verdict.headline)} {sure}", *because, *ceilings])
    yield from _part("Do first", [plain(next_step(verdict, leading))])
    if verdict.first_failing_service:
        hit = _names(verdict.blast_radius)
        yield from _part("Began in", [_names([verdict.first_failing_service]) + (f"; also hit: {hit}" if hit else "")])
    if sign := verdict.first_sign:
        yield from _part("First sign", [f"{_clock(sign.onset_at, zone)}  {plain(sign.statement)}"])
    yield from _part("Open", [plain(question) for question in verdict.open_questions[:_QUESTIONS_MAX]])
    if summary.investigation_id:
        yield from _part("Proof", [f"inquest trace {summary.investigation_id}  ({summary.investigation_state})"])


def _no_verdict(story: IncidentStory) -> str:
    summary = story.summary
    if summary.investigation_id:
        return f"no verdict yet: the investigation is {summary.investigation_state}"
    if summary.admission in ("refused", "dropped"):
        return f"none: it was not investigated; `{_by_hand(summary)}` does it now"
    if summary.admission == "waiting":
        return "no verdict yet: it waits to be investigated"
    return "no verdict yet"


def _by_hand(summary: IncidentSummary) -> str:
    service = _names(summary.services[:1]) if summary.services else "SERVICE"
    start, end = summary.opened_at - _BEFORE, (summary.resolved_at or summary.updated_at) + _AFTER
    return f"inquest investigate -s {service} --from {start:%Y-%m-%dT%H:%M:%SZ} --to {end:%Y-%m-%dT%H:%M:%SZ}"


def _admission(admissions: Sequence[AdmissionDecided], zone: tzinfo) -> list[str]:
    return [f"{_clock(one.at, zone)}  {_admitted(one)}" for one in admissions] or ["not asked for yet"]


def _admitted(one: AdmissionDecided) -> str:
    others = f"; {one.waiting} waiting" if one.waiting else ""
    if one.outcome == "admitted":
        why = f" ({plain(one.reason)})" if one.reason else ""
        return ("investigated at once" if one.waited_s < 1 else f"investigated after {_span_s(one.waited_s)}") + why
    if one.outcome == "waiting":
        return f"waits, place {one.position} of {one.waiting}: {plain(one.reason)}"
    return f"not investigated: {plain(one.reason)}{others}"


def _signals(story: IncidentStory, zone: tzinfo) -> list[str]:
    why = {one.signal_id: one for one in story.decisions if one.signal_id}
    gone = {signal_id for signal_id, newest in why.items() if newest.what == "moved"}
    here = [one for one in story.signals if one.signal_id not in gone]
    moved = [one for one in story.signals if one.signal_id in gone]
    sources = Counter(signal.source for signal in here)
    total = max(story.summary.signals_count, len(here))
    each = [f"{name} ({count})" if len(sources) > 1 else name for name, count in sources.most_common()]
    lines = [f"{total} from {', '.join(each)}" if each else str(total)]
    shown = sorted(here, key=lambda one: not (one.signal_id in why and why[one.signal_id].what == "opened"))
    if len(shown) > SIGNALS_SHOWN_MAX:
        shown = [*shown[:_FIRST_SHOWN], *shown[_FIRST_SHOWN - SIGNALS_SHOWN_MAX :]]
    for index, told in enumerate(_with_reasons(shown, why, zone)):
        if index == _FIRST_SHOWN and len(shown) < total:
            lines.append(f"… {total - len(shown)} more: {_whats(story)} (--json has all)")
        lines += told
    if moved:
        lines.append(f"{len(moved)} no longer of it:")
    return lines + [line for told in _with_reasons(moved[:SIGNALS_SHOWN_MAX], why, zone) for line in told]


def _with_reasons(signals: Sequence[Signal], why: Mapping[str, Decision], zone: tzinfo) -> Iterator[list[str]]:
    """Yield the lines of each signal: itself, and why it is there, unless the one before has the same reason."""
    said = ""
    for signal in signals:
        decided = why.get(signal.signal_id)
        text = f"{decided.what}: {plain(decided.why)}" if decided else ""
        # A storm has one reason for hundreds.
        yield [_signal(signal, zone), *([f"{'':<10}{text}"] if text and text != said else [])]
        said = text


def _signal(signal: Signal, zone: tzinfo) -> str:
    severity = "" if signal.kind == "resolution" else signal.severity  # an end is as urgent as nothing
    return (
        f"{_clock(signal.occurred_at, zone)}  {signal.source:<13}{severity:<10}"
        f"{plain(signal.title, TITLE_CHARS_MAX)}{'' if signal.kind == 'alert' else f' [{signal.kind}]'}"
    )


def _whats(story: IncidentStory) -> str:
    counts = Counter(one.what for one in story.decisions if one.signal_id)
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())


def _decisions(story: IncidentStory, zone: tzinfo) -> list[str]:
    """Return what no single signal caused: held, announced, merged, split; the rest stands beside its signal."""
    own = [one for one in story.decisions if one.signal_id is None]
    return [f"{_clock(one.at, zone)}  {one.what}: {plain(one.why)}" for one in own]


def _change(near: NearChange, zone: tzinfo) -> str:
    facts = " ".join(part for part in (near.change.kind, near.change.ref) if part)
    by = f" by {plain(near.change.author)}" if near.change.author else ""
    on = f" on {_names(near.services)}" if near.services else ""
    return f"{_clock(near.at, zone)}  {plain(near.title, TITLE_CHARS_MAX)} ({plain(facts)}{by}{on})"


def _notice(notice: NoticeSent, zone: tzinfo) -> str:
    held = f" (held: {notice.held_by})" if notice.held_by else ""
    reason = f": {plain(notice.reason)}" if notice.reason else ""
    return f"{_clock(notice.at, zone)}  {notice.channel:<13}{notice.kind} {notice.outcome}{held}{reason}"


def _clock(at: datetime, zone: tzinfo, form: str = "%H:%M:%S") -> str:
    return at.astimezone(zone).strftime(form)


def _span(span: timedelta) -> str:
    return _span_s(max(0.0, span.total_seconds()))


def _span_s(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes >= 48 * 60:
        return f"{minutes // 1440} days"
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"
