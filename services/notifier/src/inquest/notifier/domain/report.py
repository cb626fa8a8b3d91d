"""What a verdict report says, before it takes a form. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from inquest.contracts.latest import (
    Coverage,
    Evidence,
    Feedback,
    Hypothesis,
    InvestigationStory,
    InvestigationSummary,
    Symptom,
    Verdict,
    Window,
)
from inquest.contracts.spending import LIMIT_FIELDS, distinct, told
from inquest.notifier.domain.advice import next_step

PROOF_MAX = 6
AGAINST_MAX = 4


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A piece of evidence under the label by which the report cites it."""

    label: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Took:
    """What the answer cost; seconds are None while the investigation runs."""

    seconds: float | None
    calls: int
    tokens: int
    repeated_calls: int
    bytes_read: int = 0
    call_s: float = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report shows, in order.

    `verdict` is the one that the investigation concluded with, else the newest (then `is_final` is False), else None.
    `window` is what was looked at, where the first event is known; `clock_skew` says why a signal's time was moved.
    `not_seen` has every source that was not looked at, or that was read with something missing.
    `stopped` says which limits of its budget kept it from looking further, each in one sentence.
    """

    summary: InvestigationSummary
    window: Window | None
    clock_skew: str
    verdict: Verdict | None
    is_final: bool
    leading: Hypothesis | None
    first_sign: Symptom | None
    proof: tuple[Exhibit, ...]
    against: tuple[Exhibit, ...]
    next_step: str
    not_seen: tuple[Coverage, ...]
    took: Took
    feedback: tuple[Feedback, ...]
    stopped: tuple[str, ...] = ()


def make_report(story: InvestigationStory) -> Report:
    """Return what there is to say about an investigation, finished or not."""
    verdict, is_final = _answer(story)
    leading = verdict.hypotheses[0] if verdict and verdict.hypotheses else None
    exhibits = _exhibits(story, verdict)
    return Report(
        summary=story.summary,
        window=next((event.opened.window for event in story.events if event.opened), None),
        clock_skew=_clock_skew(story),
        verdict=verdict,
        is_final=is_final,
        leading=leading,
        first_sign=verdict.first_sign if verdict else None,
        proof=_strongest(_cited(exhibits, leading.support if leading else ()), PROOF_MAX),
        against=_strongest(_cited(exhibits, leading.against if leading else ()), AGAINST_MAX),
        next_step=next_step(verdict, leading),
        not_seen=tuple(item for item in verdict.coverage if item.status != "looked" or item.reason) if verdict else (),
        took=_took(story, verdict),
        feedback=story.feedback,
        stopped=tuple(_stopped(story, verdict)),
    )


def _stopped(story: InvestigationStory, verdict: Verdict | None) -> Iterator[str]:
    opened = next((event.opened for event in story.events if event.opened), None)
    concluded = next((event.concluded for event in reversed(story.events) if event.concluded), None)
    said = opened.limits_from if opened else {}
    reached = [*(verdict.stopped_by if verdict else ()), *(concluded.stopped_by if concluded else ())]
    for one in distinct(reached):
        part = f"{one.scope}:{one.name}" if one.scope in {"capability", "provider"} else LIMIT_FIELDS[one.what]
        by = "the quota of the tenant" if one.scope == "tenant" else said.get(part)
        yield f"{told(one)}{f' (set by {by})' if by else ''}"


def _clock_skew(story: InvestigationStory) -> str:
    labels = [*(signal.labels for signal in story.signals), *([story.incident.labels] if story.incident else [])]
    return next((one["clock_skew"] for one in labels if one.get("clock_skew")), "")


def _answer(story: InvestigationStory) -> tuple[Verdict | None, bool]:
    """Return the concluded verdict; only the planner's `concluded` makes one the answer."""
    concluded = next((event.concluded for event in reversed(story.events) if event.concluded), None)
    if concluded is not None:
        for verdict in story.verdicts:
            if verdict.verdict_id == concluded.verdict_id:
                return verdict, True
    return (story.verdicts[-1], False) if story.verdicts else (None, False)


def _exhibits(story: InvestigationStory, verdict: Verdict | None) -> list[Exhibit]:
    """Number what the verdict weighed, in its own order, so that one label means one finding in every rendering."""
    known = {evidence.evidence_id: evidence for evidence in story.evidence}
    order = verdict.evidence_ids if verdict else ()
    return [Exhibit(f"E{number}", known[id_]) for number, id_ in enumerate(order, 1) if id_ in known]


def _cited(exhibits: Sequence[Exhibit], ids: Iterable[str]) -> list[Exhibit]:
    by_id = {exhibit.evidence.evidence_id: exhibit for exhibit in exhibits}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def _strongest(exhibits: Sequence[Exhibit], limit: int) -> tuple[Exhibit, ...]:
    """Return the strongest of each kind first: agreement of independent sources is the better proof."""
    ordered = sorted(exhibits, key=lambda item: (-item.evidence.strength, item.evidence.evidence_id))
    best: dict[str, Exhibit] = {}
    for exhibit in ordered:
        best.setdefault(exhibit.evidence.kind, exhibit)
    rest = [exhibit for exhibit in ordered if best[exhibit.evidence.kind] is not exhibit]
    return (*best.values(), *rest)[:limit]


def _took(story: InvestigationStory, verdict: Verdict | None) -> Took:
    summary = story.summary
    ended: datetime | None = summary.ended_at
    seconds = (ended - summary.opened_at).total_seconds() if ended else None
    if verdict is None:
        return Took(seconds, len(story.tool_calls), 0, 0)
    spend = verdict.spend
    return Took(
        seconds, spend.calls, spend.tokens, spend.repeated_calls, spend.bytes_read, round(spend.call_ms / 1000, 3)
    )
