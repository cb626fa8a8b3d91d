import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import Coverage, Hypothesis, Verdict
from inquest.rca.cause import Cause
from inquest.verifier.domain.case import Recorded, case_of
from inquest.verifier.domain.findings import finding_of, sights_of
from inquest.verifier.domain.fold import decide, is_superseded
from inquest.verifier.domain.ledger import best_status, ledger_of
from inquest.verifier.domain.wording import cited, first_sign_of, headline_of

NOW = datetime(2026, 1, 1, 13, tzinfo=UTC)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
T = TypeVar("T")


def fold(story: Any, closing: Any, *, repeated: int = 0) -> Verdict:
    recorded = Recorded(story.events, story.finished, story.evidence, repeated)
    return decide(case_of(recorded, closing), now=NOW)


def tell(story: Any, make: Any) -> Any:
    """Five capabilities: a pool that was shrunk two minutes before checkout slowed down."""
    change = make["found"](
        "s4",
        "change",
        "checkout",
        "commit 3f9c: pool_max 20 to 2.",
        minute=1,
        detector="change",
        ref="3f9c",
        change_kind="commit",
        live=True,
        live_at=(NOON + timedelta(minutes=1)).timestamp(),
        made_at=NOON.timestamp(),
        entities="checkout",
        title="smaller pool",
        files="checkout/config.py",
        behaviour=0.9,
        why="pool_max goes from 20 to 2",
        mechanisms="pool",
        pairs="pool_max=20>2",
        tokens="pool max",
        guard_removed=False,
        call_in_loop=False,
    )
    edge = make["found"](
        "s5", "trace", "checkout", "web calls checkout.", minute=None, strength=0.1,
        detector="edge", caller="web", callee="checkout", calls=9.0, calls_before=9.0, given=True,
    )  # fmt: skip
    upstream = make["found"](
        "s1", "metric", "web", "web latency rose.", minute=4, strength=0.7,
        detector="metric", metric="latency_ms", role="latency", resource="", bad=True, rising=True, effect=9.0,
    )  # fmt: skip
    injection = make["found"]("s2", "injection-attempt", "logs", "Text in logs.", minute=None, strength=1.0)
    story.run("s1", "collect-symptoms", make["slow"]("s1"), upstream)
    story.run("s2", "collect-error-signatures", make["logged"]("s2", minute=2.5), injection)
    story.run("s3", "trace-failure-path", status="degraded")
    story.run("s4", "collect-change-risk", change)
    story.run("s5", "map-blast-radius", edge)
    return story.close()


def test_of_many_attempts_to_instruct_us_a_few_are_asked_about(story: Any, make: Any) -> None:
    found = [
        make["found"]("s1", "injection-attempt", "logs", f"Text {n}.", minute=None, strength=1.0) for n in range(5)
    ]
    story.run("s1", "collect-symptoms", make["slow"]("s1"), *found)
    verdict = fold(story, story.close(), repeated=0)
    assert verdict.open_questions[-4:] == ("Text 0.", "Text 1.", "Text 2.", "2 more texts read so.")


def test_the_verdict_names_the_change_and_cites_its_proof(story: Any, make: Any) -> None:
    verdict = fold(story, tell(story, make), repeated=2)
    first = verdict.hypotheses[0]
    assert (first.cause.entity, first.cause.change_ref) == ("checkout", "3f9c")
    assert first.mechanism.startswith(verdict.headline.rstrip("."))
    assert verdict.first_failing_service == "checkout"
    assert verdict.blast_radius == ("web",)
    known = {one.evidence_id for one in story.evidence}
    cited = {one for hypothesis in verdict.hypotheses for one in (*hypothesis.support, *hypothesis.against)}
    assert cited <= known == set(verdict.evidence_ids)
    by_id = {one.evidence_id: one for one in story.evidence}
    assert "change" in {by_id[one].kind for one in first.support}
    assert not any(by_id[one].kind == "injection-attempt" for one in cited)
    assert "Text in logs." in verdict.open_questions
    assert first.contributions
    assert verdict.first_sign is not None
    assert verdict.first_sign.statement == "checkout logged it 40 times."
    assert (verdict.spend.calls, verdict.spend.bytes_read, verdict.spend.tokens) == (5, 50, 0)
    assert verdict.spend.repeated_calls == 2
    shares = verdict.spend.by_capability
    assert len(shares) == len({one.capability for one in shares}) == 5
    assert [one.capability for one in shares] == sorted(one.capability for one in shares)
    assert sum(one.calls for one in shares) == 5
    assert sum(one.bytes_read for one in shares) == 50
    assert sum(one.provider_ms for one in shares) == verdict.spend.provider_ms == 25
    assert (verdict.timings.provider_ms, verdict.timings.analysis_ms, verdict.timings.steps_wall_ms) == (25, 15, 9)
    assert len(verdict.losses) == 5
    assert verdict.reached_at == NOW
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_order_of_arrival_and_repeats_do_not_matter(story: Any, make: Any, seed: int) -> None:
    if not story.evidence:
        tell(story, make)
    closing = story.events[-1]
    chance = random.Random(seed)

    def arrive(items: Sequence[T]) -> list[T]:
        repeated = [*items, *chance.choices(items, k=3)]
        chance.shuffle(repeated)
        return repeated

    mixed = Recorded(arrive(story.events), arrive(story.finished), arrive(story.evidence))
    assert decide(case_of(mixed, closing), now=NOW) == fold(story, closing)


def test_nothing_found_is_undetermined_and_says_what_is_missing(story: Any) -> None:
    verdict = fold(story, story.close(missing=("collect-symptoms", "map-blast-radius", "read-minds")))
    assert (verdict.band, verdict.hypotheses, verdict.first_sign) == ("undetermined", (), None)
    assert verdict.headline.startswith("Undetermined: no cause stands out; not seen: ")
    late = [row for row in verdict.coverage if row.reason == "did not finish in time"]
    assert [(row.interface, row.status) for row in late] == [
        ("metrics", "failed"),
        ("topology", "failed"),
        ("traces", "failed"),
    ]
    assert [(row.interface, row.status) for row in verdict.coverage if row.capability == "read-minds"] == [
        ("none", "skipped")
    ]
    assert verdict.open_questions


def test_what_supersedes_a_verdict(story: Any, make: Any) -> None:
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    first = fold(story, story.close())
    story.run("s2", "collect-error-signatures")
    empty = fold(story, story.close())
    story.run("s3", "collect-error-signatures", make["logged"]("s3"))
    late = fold(story, story.close())
    assert is_superseded(first, first)
    assert not is_superseded(empty, first)  # a late step that found nothing still betters the coverage
    assert not is_superseded(late, first)
    assert is_superseded(first, late)
    assert is_superseded(late, first.model_copy(update={"round": 2}))


def test_a_capability_that_failed_lowers_the_ceiling_and_the_verdict_says_which(story: Any, make: Any) -> None:
    verdict = fold(story, tell(story, make))
    whole = verdict.band
    story.finished[4] = story.finished[4].model_copy(
        update={
            "coverage": (
                Coverage(capability="map-blast-radius", interface="topology", status="failed", reason="refused"),
            )
        }
    )
    lowered = fold(story, story.events[-1])
    assert lowered.band != "proven"
    said = any("map-blast-radius was failed (refused)" in rule for rule in lowered.ceilings)
    assert said == (whole == "proven")


def test_no_cause_is_likely_without_an_independent_source(story: Any, make: Any) -> None:
    story.run("s1", "collect-symptoms", make["slow"]("s1", strength=1.0))
    verdict = fold(story, story.close())
    assert verdict.band in {"possible", "undetermined"}


def test_a_later_look_repairs_an_earlier_failure(story: Any, make: Any) -> None:
    story.run("s1", "collect-symptoms", status="failed")
    first = story.close(missing=("collect-error-signatures",))
    assert {row.status for row in fold(story, first).coverage if row.capability == "collect-symptoms"} == {"failed"}
    story.run("s3", "collect-symptoms", make["slow"]("s3"), number=2)
    story.run("s4", "collect-error-signatures", make["logged"]("s4"), number=2)
    second = fold(story, story.close(2))
    seen = {row.capability: row.status for row in second.coverage}
    assert (seen["collect-symptoms"], seen["collect-error-signatures"]) == ("looked", "looked")
    assert seen["trace-failure-path"] == "skipped"
    assert second.timings.provider_ms == 10


def test_the_worst_status_of_a_round_counts(story: Any) -> None:
    story.run("s1", "collect-symptoms", status="failed")
    story.run("s2", "collect-symptoms")
    case = case_of(Recorded(story.events, story.finished, story.evidence), story.close())
    assert [row.status for row in ledger_of(case) if row.capability == "collect-symptoms"] == ["failed"]


@pytest.mark.parametrize(
    ("statuses", "best"),
    [
        ("looked", "looked"),
        ("looked skipped", "looked"),
        ("looked failed", "degraded"),
        ("degraded", "degraded"),
        ("skipped failed", "failed"),
        ("skipped", "skipped"),
    ],
)
def test_any_interface_of_a_capability_helps(statuses: str, best: str) -> None:
    rows = [
        Coverage.model_validate({"capability": "c", "interface": f"i{n}", "status": status, "reason": "why"})
        for n, status in enumerate(statuses.split())
    ]
    assert best_status(rows) == best
    (sight,) = sights_of(rows)
    assert (sight.status, bool(sight.reason)) == (best, best != "looked")


def test_the_first_sign_is_the_earliest_that_is_not_noise(make: Any) -> None:
    noise = make["found"]("s1", "metric", "x", "x wobbled.", minute=0.5, strength=0.2, bad=True)
    good_news = make["found"]("s1", "metric", "y", "y got better.", minute=0.6, bad=False)
    change = make["found"]("s1", "change", "z", "z changed.", minute=0.7)
    other = make["found"]("s1", "metric", "w", "w rose for its own reasons.", minute=0.8)
    sign = first_sign_of([make["slow"]("s1"), noise, good_news, change, other], {"checkout", "x", "y", "z"})
    assert sign is not None
    assert sign.statement == "checkout latency_p99_ms rose to 1400."
    assert first_sign_of([change], {"z"}) is None
    anyone = first_sign_of([other], {"checkout"})
    assert anyone is not None
    assert anyone.entity == "w"


def test_a_sentence_whose_numbers_are_not_in_its_evidence_is_withheld(make: Any) -> None:
    finding = finding_of(make["slow"]("s1"))
    assert finding is not None
    cause = Cause(
        kind="change",
        entity="checkout",
        change_ref="3f9c01234567890",
        mechanism="checkout latency_p99_ms rose to 1400.",
        score=1.0,
        confidence=0.9,
        support=(0,),
        against=(),
        refuting_query="",
        contributions=(),
    )
    assert cited(cause, [finding]) == (cause.mechanism, ())
    sentence, problems = cited(replace(cause, mechanism="checkout latency rose to 1500."), [finding])
    assert sentence == "checkout: a cause of kind change, change 3f9c01234567."
    assert "withheld" in problems[0]
    assert "1500" in problems[0]


@pytest.mark.parametrize(
    ("mechanism", "headline"),
    [
        ('a: it turns "x; y" into z; b logged "c; d".', 'a: it turns "x; y" into z.'),
        ("a: no more to say.", "a: no more to say."),
        ('an unclosed " quote; more.', 'an unclosed " quote.'),
    ],
)
def test_the_headline_is_the_first_clause(mechanism: str, headline: str) -> None:
    one = Hypothesis(cause={"kind": "change", "entity": "a"}, mechanism=mechanism, confidence=0.9)
    assert headline_of("likely", [one], []) == headline


def test_an_injection_attempt_is_no_finding(make: Any) -> None:
    assert finding_of(make["found"]("s1", "injection-attempt", "logs", "x")) is None
