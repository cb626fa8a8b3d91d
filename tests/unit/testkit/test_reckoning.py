"""What a run under chaos is compared by: the last verdict to the byte, each effect once, steps that came late."""

from datetime import UTC, datetime

import pytest
from inquest.contracts.latest import Concluded, InvestigationRecorded, RoundClosed, Spend, Timings, Verdict
from inquest.testkit.reckoning import Tale

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def verdict(revision: int, headline: str) -> Verdict:
    return Verdict(
        verdict_id=f"{revision}-{headline}".replace(" ", "-"),
        tenant="acme",
        investigation_id="inv",
        incident_id="inc",
        revision=revision,
        round=1,
        reached_at=NOW,
        headline=headline,
        band="undetermined",
        confidence=0.1,
        coverage=(),
        spend=Spend(calls=1, bytes_read=1),
        timings=Timings(),
    )


def told(*verdicts: Verdict, reason: str) -> Tale:
    tale, number = Tale(), 0
    for one in verdicts:
        tale.take(one)
        bodies = (
            {"type": "round-closed", "round_closed": RoundClosed(round=1, step_ids=(), reason=reason)},
            {
                "type": "concluded",
                "concluded": Concluded(
                    verdict_id=one.verdict_id,
                    revision=one.revision,
                    band=one.band,
                    confidence=one.confidence,
                    summary=one.headline,
                ),
            },
        )
        for body in bodies:
            number += 1
            tale.take(InvestigationRecorded(tenant="acme", investigation_id="inv", number=number, at=NOW, **body))
    return tale


QUIET = told(verdict(1, "the pool"), reason="all-finished")


def test_a_late_step_may_tell_again_but_must_end_with_the_same_verdict():
    late = told(verdict(1, "nobody knows"), verdict(2, "the pool"), reason="deadline")
    assert late.is_late
    assert late.is_told_as(QUIET)
    assert late.is_counted_as(QUIET)
    wrong = told(verdict(1, "the pool"), verdict(2, "the disk"), reason="deadline")
    assert not wrong.is_told_as(QUIET)


def test_without_a_deadline_a_second_verdict_is_another_one():
    again = told(verdict(1, "the pool"), verdict(2, "the pool"), reason="all-finished")
    assert not again.is_told_as(QUIET)
    assert not again.is_counted_as(QUIET)
    assert told(verdict(1, "the pool"), reason="all-finished").is_told_as(QUIET)


@pytest.mark.parametrize("reason", ["all-finished", "deadline"])
def test_what_is_told_twice_under_one_id_is_doubled(reason):
    one = verdict(1, "the pool")
    tale = told(one, one, reason=reason)
    assert tale.doubled() == [("verdict", one.verdict_id)]
