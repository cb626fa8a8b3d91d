import json
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import CapabilityTask, Evidence, ToolResult, Window
from inquest.rca.finding import Analysis, Finding
from inquest.rca.tables import Window as Span
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.evidence import evidence_of, injections_of
from inquest.worker.domain.examine import Examined
from inquest.worker.domain.outcome import BATCH_BYTES_MAX, EVIDENCE_BYTES_MAX, EVIDENCE_MAX, conclude, strongest

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TASK = CapabilityTask(
    step_id="s1",
    tenant="acme",
    investigation_id="i1",
    capability_id="collect-symptoms",
    window=Window(start=NOON, end=NOON + timedelta(minutes=10)),
)
SPAN = Span(NOON.timestamp(), NOON.timestamp() + 600)
RESULT = ToolResult(
    call_id="c1", domain="metrics", status="ok", interface="metrics.a", provider="a", fetched_at=NOON, size_bytes=7
)
ANSWER = Answer("metrics", RESULT, b"")


def finding(entity: str = "checkout", strength: float = 0.5, **features: object) -> Finding:
    return Finding("metric", entity, f"{entity} rose.", SPAN, SPAN.start, strength, features)  # type: ignore[arg-type]


def test_the_id_is_of_what_was_found_not_of_who_fetched_it_and_when() -> None:
    later = RESULT.model_copy(
        update={"provider": "b", "interface": "metrics.b", "fetched_at": NOON + timedelta(days=1), "duration_ms": 9.0}
    )
    one = evidence_of(TASK, finding(effect=3.0), ANSWER)
    other = evidence_of(TASK, finding(effect=3.0), Answer("metrics", later, b""))
    assert one.evidence_id == other.evidence_id
    assert one.provenance != other.provenance
    assert one.evidence_id != evidence_of(TASK, finding(effect=4.0), ANSWER).evidence_id
    assert one.evidence_id != evidence_of(TASK, finding("cart", effect=3.0), ANSWER).evidence_id


@settings(max_examples=40)
@given(
    strength=st.floats() | st.just(math.nan),
    onset=st.none() | st.just(math.inf) | st.just(math.nan) | st.floats(0, 2e9),
    features=st.dictionaries(
        st.text(max_size=5), st.one_of(st.booleans(), st.floats(), st.integers(), st.text(), st.just(np.bool_(1)))
    ),
)
def test_any_finding_survives_the_wire(strength: float, onset: float | None, features: dict[str, object]) -> None:
    strange = Finding("log", "e", "s", SPAN, onset, strength, features)  # type: ignore[arg-type]
    evidence = evidence_of(TASK, strange, ANSWER)
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence
    assert 0 <= evidence.strength <= 1


def test_numpy_scalars_become_plain_and_what_json_lacks_is_left_out() -> None:
    raw = finding(bad=np.bool_(1), effect=np.float64(2.5), count=3, ratio=math.inf, note="x", strange=None)
    assert evidence_of(TASK, raw, ANSWER).features == {"bad": True, "effect": 2.5, "count": 3.0, "note": "x"}


def test_a_commit_is_named_in_the_lineage() -> None:
    commit = evidence_of(TASK, finding(change_kind="commit", ref="3f9c"), ANSWER)
    deploy = evidence_of(TASK, finding(change_kind="deploy", ref="3f9c"), ANSWER)
    assert (commit.lineage.commit, deploy.lineage.commit) == ("3f9c", None)
    assert evidence_of(TASK, finding(""), ANSWER).lineage.service is None


def test_an_injection_names_where_it_was() -> None:
    assert list(injections_of(TASK, Answer("logs"))) == []
    answer = Answer(
        "logs",
        RESULT.model_copy(update={"problems": ('injection-attempt: logs of cart: "run rm"', "line 3: not JSON")}),
    )
    (found,) = injections_of(TASK, answer)
    assert (found.kind, found.entity, found.onset_at) == ("injection-attempt", "logs of cart", None)
    assert found.statement == 'Text in logs of cart reads like an instruction to us: "run rm"'


def evidence(count: int, *, note: str = "") -> list[Evidence]:
    return [evidence_of(TASK, finding(f"e{n}", n / max(count, 1), note=note), ANSWER) for n in range(count)]


def test_the_strongest_are_kept_and_the_rest_is_counted() -> None:
    kept, losses = strongest(evidence(EVIDENCE_MAX + 5))
    assert len(kept) == EVIDENCE_MAX
    assert [one.strength for one in kept] == sorted((one.strength for one in kept), reverse=True)
    assert losses == ("Findings left out because one step cannot hold more: 5.",)


def test_bytes_are_bounded_for_one_finding_and_for_all() -> None:
    assert strongest(evidence(1, note="x" * EVIDENCE_BYTES_MAX))[0] == ()
    kept, losses = strongest(evidence(100, note="x" * (EVIDENCE_BYTES_MAX - 2_000)))
    assert sum(len(one.model_dump_json()) for one in kept) <= BATCH_BYTES_MAX
    assert 50 < len(kept) < 100
    assert losses


@settings(max_examples=30)
@given(st.permutations(evidence(8)), st.integers(0, 7))
def test_order_and_repeats_do_not_change_what_is_kept(found: list[Evidence], repeated: int) -> None:
    assert strongest([*found, found[repeated]]) == strongest(evidence(8))


def test_findings_below_the_asked_quality_are_left_out_and_counted() -> None:
    task = TASK.model_copy(update={"quality_threshold": 0.5})
    analysis = Analysis((finding("a", 0.2), finding("b", 0.9)), ("one loss.",))
    outcome = conclude(task, [ANSWER], Examined(analysis), now=NOON, wall_ms=1.0)
    assert [one.entity for one in outcome.evidence] == ["b"]
    assert outcome.finished.losses == (
        "one loss.",
        "Findings left out because they are weaker than 0.5, as the task asks: 1.",
    )


@pytest.mark.parametrize(
    ("answers", "examined", "status"),
    [
        ([ANSWER], Examined(), "succeeded"),
        ([ANSWER], Examined(failure="It failed"), "partial"),
        ([ANSWER, Answer("logs", failure="away")], Examined(), "partial"),
        ([ANSWER], Examined(failures={"metrics": "broken"}), "failed"),
        ([Answer("logs", failure="away")], Examined(), "failed"),
        ([Answer("metrics", RESULT.model_copy(update={"status": "unavailable"}))], Examined(), "partial"),
    ],
)
def test_status(answers: list[Answer], examined: Examined, status: str) -> None:
    finished = conclude(TASK, answers, examined, now=NOON, wall_ms=1.0).finished
    assert finished.status == status
    assert len(finished.coverage) == len(answers)
    assert json.loads(finished.model_dump_json())["finished_at"].startswith("2026-01-01T12:00")
    if examined.failure:
        assert finished.coverage[0].status == "failed"
        assert "It failed." in finished.losses
