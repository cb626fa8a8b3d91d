"""Every fault that docs/reliability.md names has its test."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_test_of_each_named_fault_exists():
    page = (ROOT / "docs/reliability.md").read_text()
    rows = re.findall(r"^\| (\d+) \|.*\| `(test_\w+)` \|$", page, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 24
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for _, name in rows if not re.search(rf"def {name}\b", sources)] == []
