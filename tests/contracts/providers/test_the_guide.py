"""docs/adding-a-data-source.md, followed to the letter: who copies it has a provider that passes everything."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from inquest.cli.main import app
from inquest.config.http_section import HttpSettings
from inquest.config.load import parse
from inquest.config.providers import KINDS
from inquest.testkit.outside import installed
from typer.testing import CliRunner

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "adding-a-data-source.md").read_text()
PAGES = [DOCS / "adding-a-data-source.md", *sorted((DOCS / "providers").glob("*.md"))]
FILES = re.compile(r"`([\w/]+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)
NOT_OVER_A_NET = {"pack", "received"}  # what they read is ours
TESTS_MIN = 17 + 26


@pytest.mark.timeout(300)
@pytest.mark.slow
def test_the_provider_of_the_page_passes_every_test(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (command,) = re.findall(r"^inquest (provider new .*)$", PAGE, re.MULTILINE)
    assert CliRunner().invoke(app, command.split()).exit_code == 0
    folder = tmp_path / "inquest-deskly"
    files = FILES.findall(PAGE)
    assert [path for path, _ in files] == [
        "src/inquest_deskly/settings.py",
        "src/inquest_deskly/answers.py",
        "tests/deskly_server.py",
    ]
    for path, code in files:
        assert (folder / path).exists(), path  # the page changes what is there, and adds nothing
        (folder / path).write_text(code)
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly"]
    environment = installed(tmp_path / "site", folder)
    done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    passed, skipped = (int(re.findall(rf"(\d+) {word}", done.stdout)[-1]) for word in ("passed", "skipped"))
    assert passed + skipped >= TESTS_MIN
    assert skipped <= 5


def test_every_file_that_the_page_names_is_written(tmp_path):
    assert CliRunner().invoke(app, ["provider", "new", "deskly", "-d", "tickets", "-o", str(tmp_path)]).exit_code == 0
    for path in re.findall(r"^\| `([\w./]+)` \| .* \| .* \|$", PAGE.split("## 3.")[1].split("## 4.")[0], re.MULTILINE):
        assert (tmp_path / "inquest-deskly" / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_the_pages_are_valid(page):
    for example in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL):
        assert parse(example).tenant("acme").providers


def test_every_kind_has_a_page_or_a_row():
    index = (DOCS / "providers/README.md").read_text()
    assert {kind for kind in KINDS if f"`{kind}`" not in index} == set()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - NOT_OVER_A_NET))
def test_the_page_of_a_kind_says_what_one_has_to_know(kind):
    page = (DOCS / f"providers/{kind}.md").read_text()
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert {"Permissions", "When something is wrong"} <= set(headings)
    permissions = page.split("## Permissions\n")[1].split("\n## ")[0]
    assert re.search(r"least|[Rr]ead|nothing else|only|alone", permissions), "which permission is the least?"
    settings = KINDS[kind].model_fields["settings"].annotation.model_fields.keys() - HttpSettings.model_fields.keys()
    assert {name for name in settings if name not in page} == set(), "settings that the page does not name"
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    providers = [one for example in examples for one in parse(example).tenant("acme").providers]
    assert kind in {one.kind for one in providers}, "an example of this kind is missing"
