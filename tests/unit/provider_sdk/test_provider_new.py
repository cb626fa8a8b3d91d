"""`inquest provider new`: what it writes works, for every domain, as a package that was only installed."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from inquest.cli.provider_domains import SAMPLES
from inquest.cli.provider_new import new, write
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Domain
from inquest.testkit.outside import installed

pytestmark = pytest.mark.timeout(300)
CHECKS_PASSED_MIN = 8  # of 17; those that say nothing of a domain are skipped
FAULTS = 26


def test_there_is_a_template_for_every_domain():
    assert set(SAMPLES) == set(get_args(Domain))


@pytest.mark.slow
def test_a_provider_of_tickets_passes_its_tests_as_printed(tmp_path, run_tests, capsys):
    new("acme-desk", "tickets", tmp_path)
    printed = capsys.readouterr().out
    folder = tmp_path / "inquest-acme-desk"
    for line in (f"cd {folder}", "uv pip install --no-deps -e .", "python -m pytest", "acme_desk_server.py"):
        assert line in printed
    done = run_tests(installed(tmp_path / "site", folder), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " failed" not in done.stdout


@pytest.mark.slow
def test_every_domain_gets_a_provider_that_passes_its_tests(tmp_path, run_tests):
    folders = [write(f"acme-{domain}", domain, tmp_path) for domain in SAMPLES]
    environment = installed(tmp_path / "site", *folders)
    for domain, folder in zip(SAMPLES, folders, strict=True):
        done = run_tests(environment, "-rs", cwd=folder)
        assert done.returncode == 0, domain + done.stdout + done.stderr
        passed = int(done.stdout.splitlines()[-1].split(" passed")[0].split()[-1])
        assert passed >= CHECKS_PASSED_MIN + FAULTS, domain + done.stdout


def test_what_is_installed_is_a_kind_of_inquest_yaml(tmp_path):
    environment = installed(tmp_path / "site", write("acme-desk", "tickets", tmp_path))
    (tmp_path / "inquest.yaml").write_text(
        "tenants: {acme: {providers: [{name: desk, kind: acme-desk, settings: {url: 'http://desk:80'}}]}}"
    )
    checked = subprocess.run(
        [Path(sys.executable).parent / "inquest", "config", "check", "inquest.yaml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is valid: tenants acme" in checked.stdout, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "name", ["", "Desk", "3scale", "acme_desk", "-desk", "desk-", "a--b", "../desk", "desk/x", "d" * 41, "dèsk", "a\n"]
)
def test_a_name_that_will_not_do_is_told(name, tmp_path):
    with pytest.raises(InquestError, match=r"is no name for a kind of provider.*such as deskly"):
        write(name, "tickets", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_kind_that_is_there_is_told(tmp_path):
    with pytest.raises(InquestError, match="there is a kind loki already"):
        write("loki", "logs", tmp_path)


def test_a_strange_domain_is_told_with_those_there_are(tmp_path):
    with pytest.raises(InquestError, match="no domain 'mails'; there are: metrics, logs, "):
        write("desk", "mails", tmp_path)


def test_nothing_is_overwritten(tmp_path):
    folder = write("desk", "tickets", tmp_path)
    (folder / "README.md").write_text("mine")
    with pytest.raises(InquestError, match="is there already, and nothing is overwritten"):
        write("desk", "logs", tmp_path)
    assert (folder / "README.md").read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == [folder]
