import json

from inquest.cli.main import app
from typer.testing import CliRunner

YAML = """
tenants:
  acme:
    sources: [{kind: github, secret: env:GITHUB_SECRET}]
    providers: [%s]
  none:
    sources: [{kind: pagerduty, secret: env:PAGERDUTY_SECRET}]
"""


def findings(path, provider):
    path.write_text(YAML % provider)
    output = CliRunner().invoke(app, ["doctor", "--json", "--config", str(path)]).output
    return {one["name"]: (one["status"], one["text"]) for one in json.loads(output)}


def test_the_doctor_says_where_changes_are_read_by_nobody(tmp_path):
    without = findings(tmp_path / "inquest.yaml", "")
    assert without["acme: changes"] == ("warn", "what GitHub reports is read by no investigation")
    assert "none: changes" not in without
    received = findings(tmp_path / "inquest.yaml", "{name: doors, kind: received}")
    assert "acme: changes" not in received
    assert received["acme: doors"] == ("ok", "serves the changes that this tenant's sources report")
