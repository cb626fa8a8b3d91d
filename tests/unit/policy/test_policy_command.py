"""`inquest policy test` and `explain`: what they print, and how they exit."""

import json

import pytest
from inquest.cli.main import app
from typer.testing import CliRunner

READ = "Inquest's capabilities may read"
POLICY = """@id("no-payments") @because("they are private")
forbid (principal, action == Action::"read", resource) when { context.services.contains("payments") };
@id("tickets") permit (principal, action == Action::"write", resource) when { resource.domain == "tickets" };
@id("late") forbid (principal, action, resource) when { context.spent.calls > 5 && resource.kind == "pack" };
"""
CONFIG = """tenants:
  acme:
    policy: {file: policy.cedar}
    providers: [{name: whole, kind: pack, domains: [logs], settings: {path: pack}}]
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "policy.cedar").write_text(POLICY)
    (tmp_path / "inquest.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["policy", *words])


def cases(tmp_path, *more):
    lines = "\n".join(f"  - {{tenant: acme, domain: logs, provider: whole, {one}}}" for one in more)
    (tmp_path / "cases.yaml").write_text(f"cases:\n{lines}\n")
    return str(tmp_path / "cases.yaml")


def test_cases_as_expected_exit_with_0(run, tmp_path):
    path = cases(
        tmp_path,
        "name: a, services: [cart], expect: permit, rule: inquest-reads",
        "name: b, services: [payments], expect: refuse, rule: no-payments",
        "name: c, spent: {calls: 6}, expect: refuse, rule: late",
        "name: d, spent: {calls: 6}, kind: loki, expect: permit",
    )
    found = run("test", path)
    assert (found.exit_code, found.output) == (0, "4 of 4 cases are as expected\n")


def test_those_that_come_out_otherwise_are_named(run, tmp_path):
    path = cases(tmp_path, "name: a, services: [payments], expect: permit", "name: b, expect: permit, rule: tickets")
    found = run("test", path)
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "FAILED a: expected permit, but refused by rule no-payments because they are private",
        f"FAILED b: expected by rule tickets, but permitted by rule inquest-reads because {READ}",
        "0 of 2 cases are as expected",
    ]
    first, _ = json.loads(run("test", path, "--json").output)
    assert (first["name"], first["permitted"], first["rules"]) == ("a", False, ["no-payments"])


def test_a_wrong_file_is_told_with_its_lines(run, tmp_path):
    found = run("test", cases(tmp_path, "name: a, expected: permit"))
    assert found.exit_code == 1
    assert "cases.yaml:2: cases[0].expected: unknown key" in found.output
    assert "cases.yaml:2: cases[0].expect: Field required" in found.output


def test_explain_names_the_rule_and_what_an_approval_would_change(run):
    read = run("explain", "--tenant", "acme", "--domain", "logs", "--provider", "whole", "-s", "payments")
    assert (read.exit_code, read.output) == (0, "refused by rule no-payments because they are private\n")
    write = ("explain", "--tenant", "acme", "--provider", "desk", "--access", "write", "--operation", "create_ticket")
    first, second = run(*write, "--domain", "tickets").output.splitlines()
    assert first == "refused by rule inquest-approval because a write needs an approval that a person gives"
    assert second == "with an approval: permitted by rule tickets"
    assert run(*write, "--domain", "chat").output.splitlines()[1] == "with an approval: refused: no rule permits it"
    told = json.loads(run(*write, "--domain", "tickets", "--approved", "--json").output)
    assert (told["permitted"], told["rules"]) == (True, ["tickets"])


@pytest.mark.parametrize("words", [("--tenant", "nobody"), ("--access", "steal"), ("--at", "noon")])
def test_what_cannot_be_asked_is_an_error(run, words):
    asked = ["explain", "--domain", "logs", "--provider", "whole", "--tenant", "acme", *words]
    assert run(*asked).exit_code != 0
