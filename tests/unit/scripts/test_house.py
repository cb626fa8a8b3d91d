from pathlib import Path

import pytest

from scripts.house import MARKERS, check_file, problems


@pytest.mark.slow
def test_the_tree_keeps_the_house_rules() -> None:
    assert list(problems()) == []


def test_each_rule_can_fail() -> None:
    long_function = "def f():\n" + "    x = 1\n" * 70
    assert "70" in next(check_file(Path("a.py"), long_function))
    assert any("300" in one for one in check_file(Path("a.py"), "x = 1\n" * 300))
    assert any("utils" in one for one in check_file(Path("utils.py"), ""))
    assert any("owner" in one for one in check_file(Path("a.py"), f"# {MARKERS[0]} fix this\n"))
    assert list(check_file(Path("a.py"), f"# {MARKERS[0]}(ann): until the server tells\n")) == []
