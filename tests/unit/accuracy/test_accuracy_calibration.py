import numpy as np
import pytest
from inquest.accuracy.calibration import Sample, calibration_table, fit, gather, held, leave_one_out, samples_of
from inquest.accuracy.cases import Case
from inquest.accuracy.degrade import NO_FAULT, WHOLE, copies
from inquest.accuracy.tables import telemetry_of
from inquest.cli.accuracy import Options, accuracy
from inquest.contracts.errors import InquestError
from inquest.packs import open_pack
from inquest.rca.confidence import FITTED


@pytest.fixture
def case(pack_at, tmp_path):
    return Case("set", pack_at(tmp_path / "one"))


def samples(name, best_of_right=3.0):
    found = [Sample(name, WHOLE, (4.0, 1.0), best_of_right, 0.9, right=True) for _ in range(8)]
    return [*found, *(Sample(name, NO_FAULT, (0.2, 0.1), 0.4, 0.1, right=False) for _ in range(8))]


def test_a_copy_lacks_what_its_name_says(case):
    found = copies(telemetry_of(open_pack(case.path)), "db")
    assert len(found["no metrics"].series) == len(found["no spans"].spans) == len(found["no logs"].logs) == 0
    assert found["half the series"].series == found[WHOLE].series[::2]
    assert len(found["few traces"].spans) == len(found[WHOLE].spans) / 10
    silent = found["silent culprit"]
    assert "db" not in {*silent.spans.entities, *silent.logs.entities, *(one.entity for one in silent.series)}
    assert len(silent.spans) == len(silent.spans.starts) > 0
    quiet, whole = found[NO_FAULT], found[WHOLE].baseline
    assert (quiet.baseline.start, quiet.window.end) == (whole.start, whole.end)
    assert all(change.time < whole.end for change in quiet.changes)


def test_a_copy_that_would_be_the_same_or_empty_is_left_out(pack_at, tmp_path):
    bare = pack_at(tmp_path / "bare", logs=[], spans=[], patterns=[])
    assert copies(telemetry_of(open_pack(bare)), "nobody").keys() == {WHOLE, "half the series", NO_FAULT}


def test_samples_say_whether_the_verdict_held_and_without_a_fault_none_does(case, pack_at, tmp_path):
    found = {sample.copy: sample for sample in samples_of(case)}
    assert found[WHOLE].right
    assert found[WHOLE].scores[0] == max(found[WHOLE].scores)
    assert not any(found[name].right for name in (NO_FAULT,) if name in found)
    unknown = Case("set", pack_at(tmp_path / "two", truth=None))
    assert gather([case, unknown], 2) == list(found.values())


def test_the_fit_finds_what_tells_right_from_wrong():
    fitted = fit(samples("a"))
    figures = held([(sample, fitted) for sample in samples("a")])
    assert (figures.samples, figures.right, figures.auroc) == (16, 0.5, 1.0)
    assert figures.brier_skill is not None
    assert figures.brier_skill > 0.5
    assert figures.ece < 0.3


def test_a_set_is_not_fitted_on_when_it_is_left_out_or_held_back():
    left = leave_one_out([*samples("a"), *samples("b"), *samples("c/test", best_of_right=-5.0)])
    assert [one.name for one in left] == ["a", "b", "c/test"]
    by_name = {one.name: one for one in left}
    assert by_name["a"].calibration == fit(samples("b"))
    assert by_name["c/test"].calibration == fit([*samples("a"), *samples("b")])
    assert len(by_name["a"].samples) == 16


def test_the_table_tells_of_each_set_and_of_all():
    table = calibration_table(leave_one_out([*samples("a"), *samples("b")]))
    assert [row[0] for row in table.rows] == ["a", "b", "all, each left out", "all, as shipped"]
    assert table.rows[-1][-1] == f"{FITTED.bias:.1f}, {FITTED.best:.1f}, {FITTED.shown:.1f}, {FITTED.sharpness:.1f}"
    assert all(len(row) == len(table.header) for row in table.rows)
    assert np.isclose(float(table.rows[0][2]), 100.0)


@pytest.mark.slow
def test_the_command_leaves_sets_out_where_there_are_enough(pack_at, tmp_path, capsys):
    for name in ("a", "b", "c"):
        pack_at(tmp_path / "packs" / name / "one")
    asked = Options(engine_only=True, leave_one_out=True)
    accuracy([tmp_path / "packs"], asked)
    assert "all, each left out" in capsys.readouterr().out
    with pytest.raises(InquestError, match="two other sets"):
        accuracy([tmp_path / "packs" / "a"], asked)
