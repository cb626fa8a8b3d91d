"""The pages: links lead somewhere, nothing is named that does not exist, no error class and no record is forgotten."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from inquest.contracts.topology import CONSUMERS, SERVICES

ROOT = Path(__file__).resolve().parents[3]
OURS = (
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs/README.md",
    "docs/running.md",
    "docs/errors.md",
    "deploy/k8s/README.md",
)
PAGES = sorted({*(ROOT / name for name in OURS), *ROOT.glob("docs/**/*.md")})
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
RAISED = re.compile(r"^class (\w+)\((?:\w*(?:Error|RetryLater|Impossible|Conflict|NotFound))\)", re.MULTILINE)
CLI_ONLY = {"INQUEST_API_URL", "INQUEST_API_TOKEN", "INQUEST_TENANT", "INQUEST_ZONE"}


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text()):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or target.is_dir() or anchor in anchors(target), f"{path}#{anchor}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text()
    assert {page.name for page in ROOT.glob("docs/*.md")} - {"README.md"} <= set(re.findall(r"\(([\w-]+\.md)", index))


def test_every_record_is_in_its_index_and_numbers_are_not_reused() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    names = [page.name for page in ROOT.glob("docs/adr/[0-9]*.md")]
    assert set(names) == set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", index))
    assert len({name[:4] for name in names}) == len(names)
    for number in re.findall(r"ADR (\d{4})", " ".join(path.read_text() for path in ROOT.glob("libs/*/src/**/*.py"))):
        assert any(name.startswith(number) for name in names), number


def test_every_error_class_is_explained() -> None:
    page = (ROOT / "docs/errors.md").read_text()
    sources = [path for top in ("contracts", "libs", "services", "cli") for path in (ROOT / top).rglob("*.py")]
    for path in sources:
        for name in RAISED.findall(path.read_text()):
            assert f"`{name}`" in page, f"{name} in {path.relative_to(ROOT)}"


def test_the_time_after_which_a_handler_hangs_is_the_one_in_force() -> None:
    row = next(line for line in (ROOT / "docs/errors.md").read_text().splitlines() if "(`HandlerHung`)" in line)
    (limit_s,) = {one.handle_s_max for one in CONSUMERS}
    assert f"| {limit_s:g} s passed;" in row


def test_every_webhook_outcome_is_explained() -> None:
    from inquest.intake.domain.acceptance import STATUSES

    page = (ROOT / "docs/errors.md").read_text()
    for outcome, status in STATUSES.items():
        assert re.search(rf"^\| {status} \|.*`{outcome}`", page, re.MULTILINE), outcome


@pytest.mark.parametrize("name", OURS)
def test_variables_exist(name: str, settings_of: Callable[[str], set[str]]) -> None:
    known = CLI_ONLY.union(*(settings_of(service) for service in SERVICES))
    named = set(re.findall(r"INQUEST_[A-Z][A-Z_]*[A-Z]", (ROOT / name).read_text()))
    assert named <= known


def test_shared_settings_are_all_in_the_table() -> None:
    from inquest.runtime import ServiceSettings

    page = (ROOT / "docs/running.md").read_text()
    for field in ServiceSettings.model_fields:
        assert f"`INQUEST_{field.upper()}`" in page, field
