"""The parts of a report that help, or would hinder, someone who was just woken."""

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from inquest.contracts.latest import Cause, Coverage, InvestigationRecorded, InvestigationStory, InvestigationSummary
from inquest.notifier.domain.advice import next_step
from inquest.notifier.domain.render import report_json, report_markdown, report_text
from inquest.testkit.stories import CAPABILITIES, HEADLINE, InvestigationBuilder

ONE = InvestigationBuilder()
EVENTS = tuple(item.message for item in ONE.messages() if isinstance(item.message, InvestigationRecorded))
EVIDENCE = tuple(ONE.evidence(f"step-{step}", name, 0) for step, name in enumerate(CAPABILITIES, 1))
LEADING = ONE.verdict().hypotheses[0]


def story(**verdict: Any) -> InvestigationStory:
    summary = InvestigationSummary(
        investigation_id=ONE.investigation_id,
        incident_id=ONE.incident_id,
        tenant=ONE.tenant,
        title="slow",
        state="concluded",
        mode="balanced",
        opened_at=ONE.at(1),
    )
    return InvestigationStory(summary=summary, events=EVENTS, evidence=EVIDENCE, verdicts=(ONE.verdict(**verdict),))


def lines_of(label: str, text: str) -> list[str]:
    """Return the texts below a label, itself included."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(label))
    found = [lines[start][11:]]
    for line in lines[start + 1 :]:
        if not line.startswith(" "):
            break
        found.append(line[11:])
    return found


def row(interface: str, status: str = "skipped", reason: str = "", capability: str = "collect-symptoms") -> Coverage:
    return Coverage.model_validate(
        {"capability": capability, "interface": interface, "status": status, "reason": reason}
    )


@pytest.mark.parametrize(
    ("mechanism", "added"),
    [
        (HEADLINE, []),
        (f"{HEADLINE}.", []),
        (f"{HEADLINE}; requests queue", ["requests queue"]),
        (f"{HEADLINE}0 in two steps", [f"{HEADLINE}0 in two steps"]),
        (f"{HEADLINE}; {EVIDENCE[0].statement} …", []),  # the proof says it already
        ("requests queue", ["requests queue"]),
    ],
)
def test_the_mechanism_adds_to_the_headline_or_is_not_shown(mechanism: str, added: list[str]) -> None:
    told = story(headline=f"{HEADLINE}.", hypotheses=(LEADING.model_copy(update={"mechanism": mechanism}),))
    assert lines_of("Cause", report_text(told, UTC)) == [f"{HEADLINE}.", "likely · 0.87", *added]


def test_what_held_the_band_back_is_said_in_short_and_in_full_in_markdown() -> None:
    ceilings = (
        "No higher than possible: no independent source agrees.",
        "No higher than likely: collect-change-risk was skipped (this pack has no changes).",
    )
    told = story(band="possible", confidence=0.97, ceilings=ceilings)
    held = "possible · 0.97 (held back: one kind of source; collect-change-risk was skipped)"
    assert lines_of("Cause", report_text(told, UTC))[1] == held
    assert "Held back" not in report_text(told, UTC)
    assert "- **Held back**:\n  - No higher than possible: no independent source agrees.\n" in report_markdown(
        told, UTC
    )


def test_a_moved_time_and_a_window_over_midnight_are_said() -> None:
    opened = EVENTS[0].opened
    assert opened is not None
    window = opened.window.model_copy(update={"end": opened.window.end + timedelta(days=1)})
    first = EVENTS[0].model_copy(update={"opened": opened.model_copy(update={"window": window})})
    signal = ONE.signal().model_copy(update={"labels": {"clock_skew": "the source said 2031"}})
    told = story().model_copy(update={"events": (first, *EVENTS[1:]), "signals": (signal,)})
    assert lines_of("Window", report_text(told, ZoneInfo("Asia/Tokyo"))) == [
        "2026-03-01 23:00:00 \N{EN DASH} 2026-03-02 23:30:00 JST",
        "the signal's time was moved: the source said 2031",
    ]
    assert '"clock_skew": "the source said 2031"' in report_json(told)


def test_gaps_are_merged_and_damage_is_shown() -> None:
    coverage = (
        row("changes", reason="this pack has no changes"),
        row("logs", "looked", "7 lines could not be used, the first: logs.ndjson:4: not JSON"),
        row("metrics", "looked"),
        row("traces", reason="this pack has no traces"),
        row("traces", reason="this pack has no traces", capability="map-blast-radius"),
        row("tickets", "degraded", "slow"),
        row("chat", "failed"),
    )
    losses = ("2 series never moved.", "One span is odd.", "27 series never moved.")
    assert lines_of("Not seen", report_text(story(coverage=coverage, losses=losses), UTC)) == [
        "changes, traces: skipped, this pack has none",
        "logs: 7 lines could not be used, the first: logs.ndjson:4: not JSON",
        "tickets: degraded, slow",
        "chat: failed, no reason given",
        "27 series never moved. One span is odd.",
    ]


def test_a_long_query_keeps_both_ends_and_stands_in_full_elsewhere() -> None:
    query = f"pack p: metrics.csv where {'x' * 200}; pool wait of checkout"
    source = EVIDENCE[0].provenance.model_copy(update={"query": query})
    told = story().model_copy(update={"evidence": (EVIDENCE[0].model_copy(update={"provenance": source}),)})
    shown = lines_of("Proof", report_text(told, UTC))[1]
    assert shown.startswith("      from pack/metrics: pack p: metrics.csv where")
    assert shown.endswith("pool wait of checkout")
    assert len(shown) < 140
    assert query in report_markdown(told, UTC)
    assert query in report_json(told)


def test_a_large_blast_radius_is_counted() -> None:
    names = tuple(f"s{number}" for number in range(9))
    assert report_text(story(blast_radius=names), UTC).count("s5 and 3 more\n") == 1


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("dependency", "look at db first and page its owner"),
        ("resource", "relieve db: scale it or take load off it"),
        ("traffic", "shed load in front of db, or scale it"),
        ("external", "escalate to the provider of db"),
    ],
)
def test_without_a_remedy_the_kind_of_cause_says_what_to_do(kind: str, said: str) -> None:
    leading = LEADING.model_copy(update={"cause": Cause.model_validate({"kind": kind, "entity": "db"})})
    assert next_step(ONE.verdict(remediation="none"), leading) == said


def test_a_commit_is_named_in_short() -> None:
    leading = LEADING.model_copy(update={"cause": Cause(kind="change", entity="db", change_ref="a1" * 20)})
    assert next_step(ONE.verdict(), leading) == "roll back a1a1a1a1a1a1 on db"


@pytest.mark.parametrize(
    ("coverage", "questions", "has_leading", "said"),
    [
        ((row("logs", reason="no provider configured"),), (), True, "connect a source of logs: `inquest init`"),
        (
            (row("logs", "failed", "timeout"),),
            (),
            True,
            "connect a data source (none could be looked at): `inquest init`",
        ),
        ((row("logs", "looked"),), (), True, "look at checkout first: it is the strongest candidate"),
        ((row("logs", "looked"),), ("None stands out.", "who?"), False, "find out: who?"),
        ((), (), False, "look at the service that paged"),
    ],
)
def test_undetermined_still_says_what_to_do(
    coverage: tuple[Coverage, ...], questions: tuple[str, ...], has_leading: bool, said: str
) -> None:
    verdict = ONE.verdict(band="undetermined", coverage=coverage, open_questions=questions)
    assert next_step(verdict, LEADING if has_leading else None).startswith(said)


def test_an_undetermined_verdict_names_its_strongest_candidate_as_one() -> None:
    told = report_text(story(band="undetermined", headline="Undetermined."), UTC)
    assert lines_of("Cause", told)[2] == "strongest candidate: fewer connections than requests, so requests queue"
