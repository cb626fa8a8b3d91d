from pathlib import Path

import pytest

from scripts.mutate import MUTANTS_MAX, Score, Target, Untested, main, measure, targets
from scripts.mutate_make import Mutant, mutants
from scripts.mutate_run import NOT_IMPORTED, TIMED_OUT, Job, run_all

LIMIT = '''"""Prose."""

from typing import Literal

State = Literal["open", "shut"]


def allowed(calls: int, calls_max: int) -> str:
    """Tell whether one more call is allowed."""
    if calls < 0:
        raise ValueError("no such number")
    return "open" if calls < calls_max else "shut"
'''
THOROUGH = """
import pytest
from limit import allowed

def test_limit():
    assert [allowed(n, 2) for n in (0, 1, 2, 3)] == ["open", "open", "shut", "shut"]
    with pytest.raises(ValueError, match="no such number"):
        allowed(-1, 2)
"""


def job(folder: Path, source: str, test: str, timeout_s: float = 20.0) -> Job:
    tests = folder / "test_limit.py"
    tests.write_text(test)
    return Job("limit", folder / "src/limit.py", source, (str(tests),), timeout_s)


def test_mutants_break_comparisons_errors_and_answers() -> None:
    changes = {mutant.after for mutant in mutants(LIMIT, 999)}
    assert 'return "open" if calls <= calls_max else "shut"' in changes
    assert {"pass", "return None", "if True:", "if False:"} <= changes


def test_mutants_leave_types_and_prose_alone() -> None:
    made = mutants(LIMIT, 999)
    assert min(mutant.line for mutant in made) == LIMIT.splitlines().index("    if calls < 0:") + 1
    assert not any("XXno such" in mutant.source or "(None)" in mutant.source for mutant in made)


def test_a_sample_is_part_of_all_and_always_the_same() -> None:
    everything = mutants(LIMIT, 999)
    sample = mutants(LIMIT, 5)
    assert len(sample) == 5
    assert sample == mutants(LIMIT, 5)
    assert {mutant.source for mutant in sample} < {mutant.source for mutant in everything}


def test_each_mutant_names_the_line_it_changes() -> None:
    for mutant in mutants(LIMIT, 999):
        assert LIMIT.splitlines()[mutant.line - 1].strip() == mutant.before != mutant.after
        assert str(mutant).startswith(f"{mutant.line}: {mutant.before}")


@pytest.mark.slow
def test_a_module_is_replaced_without_a_file_being_written(tmp_path: Path) -> None:
    wrong = LIMIT.replace("calls < calls_max", "calls <= calls_max")
    forever = LIMIT.replace('raise ValueError("no such number")', "while True: pass")
    outcomes = run_all(
        [
            job(tmp_path, LIMIT, THOROUGH),
            job(tmp_path, wrong, THOROUGH),
            job(tmp_path, forever, THOROUGH, timeout_s=3.0),
            job(tmp_path, "not python", THOROUGH),
        ]
    )
    survived, noticed, endless, unreadable = (outcome.status for outcome in outcomes)
    assert survived == 0
    assert noticed == 1
    assert endless == TIMED_OUT
    assert unreadable != 0
    assert not (tmp_path / "src").exists()


def test_tests_that_never_import_the_module_are_told_apart(tmp_path: Path) -> None:
    (outcome,) = run_all([job(tmp_path, LIMIT, "def test_nothing(): pass\n")])
    assert outcome.status == NOT_IMPORTED


def target(folder: Path, test: str) -> Target:
    (folder / "src").mkdir()
    (folder / "src/limit.py").write_text(LIMIT)
    (folder / "test_limit.py").write_text(test)
    return Target(folder / "src/limit.py", (str(folder / "test_limit.py"),))


@pytest.mark.slow
def test_thorough_tests_score_higher_than_tests_that_only_run_the_code(tmp_path: Path) -> None:
    thorough, careless = tmp_path / "thorough", tmp_path / "careless"
    thorough.mkdir()
    careless.mkdir()
    good = measure(target(thorough, THOROUGH), 4)
    bad = measure(target(careless, "from limit import allowed\n\ndef test_it(): allowed(0, 2)\n"), 4)
    assert good.mutants == bad.mutants == 4
    assert good.percent == 100
    assert bad.percent < 50


def test_tests_that_fail_already_measure_nothing(tmp_path: Path) -> None:
    with pytest.raises(Untested, match="fail already"):
        measure(target(tmp_path, "import limit\n\ndef test_it(): assert False\n"), 4)


def test_a_score_is_the_share_of_mutants_that_tests_noticed() -> None:
    survivor = Mutant("", 1, "a", "b")
    assert Score(4, [survivor]).percent == 75
    assert Score(0, []).percent == 0


def test_every_target_exists_and_words_choose_among_them() -> None:
    assert len(targets()) > 15
    for one in targets():
        assert one.path.is_file()
        assert all(Path(tests).exists() for tests in one.tests)
        assert one.name.startswith("inquest.")
    assert [one.name for one in targets(["domain/retry"])] == ["inquest.gateway.domain.retry"]
    assert MUTANTS_MAX >= 20


def test_a_word_that_names_no_file_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-file"]) == 1
    assert "no such file" in capsys.readouterr().out
