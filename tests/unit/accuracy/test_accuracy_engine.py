import os
import subprocess
import sys

import pytest
from inquest.accuracy import scale
from inquest.accuracy.answer import INQUEST
from inquest.accuracy.apart import Failed, run_apart
from inquest.accuracy.cases import Case
from inquest.accuracy.engine import METHODS, answer_case, answer_cases
from inquest.accuracy.judge import judge
from inquest.accuracy.tables import telemetry_of
from inquest.packs import open_pack

GUILTY = "a" * 40


@pytest.fixture
def case(pack_at, tmp_path):
    return Case("set", pack_at(tmp_path / "one"))


def test_the_engine_answers_a_pack(case):
    answer = answer_case(case)[INQUEST]
    assert (answer.candidates[0].entity, answer.change) == ("db", GUILTY)
    assert answer.candidates[0].score == pytest.approx(sum(part.log_odds for part in answer.candidates[0].parts))
    assert min(answer.ms, answer.read_ms, answer.rss_mb) > 0


def test_the_truth_is_not_read_for_an_answer(case):
    (case.path / "truth.yaml").write_text("- broken: [")
    assert answer_case(case)[INQUEST].error == ""
    # What produces answers does not even hold the code that reads it.
    loaded = "import sys, inquest.accuracy.engine; sys.exit('inquest.packs.truth' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_cases_are_answered_apart_and_a_broken_one_costs_itself_alone(case, pack_at, tmp_path):
    broken = Case("set", pack_at(tmp_path / "two"))
    (broken.path / "pack.yaml").write_text("id: 1")
    seen = []
    answers = answer_cases([case, broken], lambda one, _: seen.append(one), tuple(METHODS))
    assert sorted(one.name for one in seen) == ["one", "two"]
    assert answers[case].keys() == METHODS.keys()
    assert answers[broken][INQUEST].error.startswith("PackError: ")
    rows, _ = judge({one: said[INQUEST] for one, said in answers.items()})
    assert [(row.case, row.right) for row in rows] == [("one", True), ("two", False)]


def test_a_process_that_dies_is_told_by_its_status():
    with pytest.raises(Failed, match="status 7"):
        run_apart(os._exit, 7)


def test_an_error_in_work_apart_keeps_its_name():
    with pytest.raises(Failed, match="ValueError: invalid literal"):
        run_apart(int, "x")


def test_a_replica_has_everything_as_often_as_asked(case):
    one = telemetry_of(open_pack(case.path))
    four = scale.replicate(one, 4)
    for name in ("series", "logs", "spans"):
        assert len(getattr(four, name)) == 4 * len(getattr(one, name))
    assert len(set(four.spans.span_ids)) == 4 * len(set(one.spans.span_ids))
    known = set(four.spans.span_ids)
    assert all(parent in known for parent in four.spans.parent_ids if parent is not None)
    assert len({(s.entity, s.metric) for s in four.series}) == 4 * len({(s.entity, s.metric) for s in one.series})


def test_cost_is_measured_for_the_largest_case_of_each_set(case, pack_at, tmp_path, monkeypatch):
    monkeypatch.setattr(scale, "FACTORS", (1, 2))
    small = Case("set", pack_at(tmp_path / "small", logs=(), spans=()))
    seen = []
    costs = scale.measure([small, case], seen.append)
    assert costs == seen
    assert [(one.case, one.factor) for one in costs] == [("set/one", 1), ("set/one", 2)]
    assert costs[1].lines == 2 * costs[0].lines
    assert scale.cost_of(case, 1).lines == costs[0].lines
