"""A fresh clone installs from the locks alone: whatever a part declares must be in them."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MEMBERS = sorted(
    path
    for folder in (".", "contracts", "cli", "testbed", "libs/*", "services/*")
    for path in ROOT.glob(f"{folder}/pyproject.toml")
)
TESTING = {"libs/testkit", "testbed"}  # installed for tests only


def locked(file: str) -> set[str]:
    return {match[1] for match in re.finditer(r"(?m)^([a-z0-9-]+)==", (ROOT / file).read_text())}


def normal(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=~!;]", requirement, maxsplit=1)[0]).lower()


@pytest.mark.parametrize("path", MEMBERS, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_what_a_part_declares_is_locked(path):
    document = tomllib.loads(path.read_text())
    declared = {normal(one) for one in document.get("project", {}).get("dependencies", [])}
    outside = {name for name in declared if not name.startswith("inquest")}
    file = "requirements-dev.lock" if str(path.parent.relative_to(ROOT)) in TESTING else "requirements.lock"
    assert outside <= locked(file), f"run `make lock`: {sorted(outside - locked(file))}"


def test_what_tests_and_checks_need_is_locked():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text()).get("dependency-groups", {})
    declared = {normal(one) for group in groups.values() for one in group if isinstance(one, str)}
    wanted = {name for name in declared if not name.startswith("inquest")}
    assert wanted
    assert wanted <= locked("requirements-dev.lock"), "run `make lock`"
