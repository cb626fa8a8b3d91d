"""docs/limits.md names every limit of the source with its true value, and a test for each of its table that exists."""

import dataclasses
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/limits.md").read_text()
ROW = re.compile(r"^\| .+ \| `([\w.]+)` \| (.+) \| .+ \| `(test_\w+)` \|$", re.MULTILINE)
ELSEWHERE = re.compile(r"^- `([\w.]+)`: (.+)$", re.MULTILINE)
ITEM = re.compile(r"`([\w.]+)` ((?:[^,`]|,(?=\d))+)")
CONSTANT = re.compile(r"^(_?[A-Z][A-Z_0-9]*_MAX|_?[A-Z]+_DEPTH_MAX)(?:: *\w+)? = ", re.MULTILINE)
# Numbers of the analysis and of its measurement are no limits of what comes in; contracts/proto is generated.
NOT_LIMITS = ("/rca/", "/accuracy/", "/testkit/", "/proto/", "/conformance/")


def value_of(place: str) -> Any:
    """Return the value of a constant, or the default of a field, by its full name."""
    parts = place.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:-1]:
            found = getattr(found, name)
        return _named(found, parts[-1])
    raise LookupError(place)


def _named(owner: Any, name: str) -> Any:
    if hasattr(owner, "model_fields"):
        return owner.model_fields[name].get_default(call_default_factory=True)
    if dataclasses.is_dataclass(owner):
        return next(field.default for field in dataclasses.fields(owner) if field.name == name)
    return getattr(owner, name)


def shown(place: str, value: Any) -> str:
    """Return a value as the page says it: bytes and seconds with a unit, everything else as a number."""
    name = place.rpartition(".")[2].lower()
    if value is None:
        return "none"
    if "bytes" in name or name == "weight_max":
        for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
            if value >= size and value % size == 0:
                return f"{value // size} {unit}"
        return f"{value:,} bytes"
    if re.search(r"_s(_|$)", name):
        return f"{value / 86_400:g} d" if value >= 86_400 and value % 86_400 == 0 else f"{value:,g} s"
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}"


def limits_in_source() -> set[str]:
    """Return the full name of every constant that is called a limit."""
    found = set()
    for folder in ("contracts/src", "libs", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            if any(part in str(path) for part in NOT_LIMITS):
                continue
            module = str(path).rpartition("/src/inquest/")[2].removesuffix(".py").replace("/", ".")
            found |= {f"{module}.{match[1]}" for match in CONSTANT.finditer(path.read_text())}
    return found


TABLE = ROW.findall(PAGE)
OTHERS = [(f"{module}.{name}", said) for module, items in ELSEWHERE.findall(PAGE) for name, said in ITEM.findall(items)]


def test_the_page_has_a_table():
    assert len(TABLE) > 100
    assert len({place for place, _, _ in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("place", "said"), [(place, said) for place, said, _ in TABLE] + OTHERS)
def test_each_limit_has_the_value_that_the_page_says(place: str, said: str) -> None:
    assert shown(place, value_of(f"inquest.{place}")) == said.strip()


def test_the_test_of_each_limit_exists():
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    present = set(re.findall(r"def (test_\w+)\b", sources))
    assert [name for _, _, name in TABLE if name not in present] == []


def test_no_limit_is_missing_from_the_page():
    told = {place for place, _, _ in TABLE} | {place for place, _ in OTHERS}
    assert sorted(limits_in_source() - told) == []
