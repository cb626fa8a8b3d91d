import json

import pytest
from inquest.cli.main import app
from inquest.cli.sources import proof, source_findings
from inquest.config.sources import SourceConfig
from typer.testing import CliRunner

YAML = """
tenants:
  acme:
    sources:
      - {kind: alertmanager, secret: env:SOME_TOKEN}
      - {kind: generic, bus_only: true}
"""


def said(**source):
    return [(one.status, one.text) for one in source_findings("acme", SourceConfig(**source))]


def test_each_source_is_listed_with_its_address_and_proof(tmp_path):
    path = tmp_path / "inquest.yaml"
    path.write_text(YAML)
    shown = CliRunner().invoke(app, ["sources", "list", "--config", str(path)]).output
    assert shown.split() == [
        *("acme", "alertmanager", "/webhooks/alertmanager/acme", "bearer"),
        *("acme", "generic", "ingest.generic.acme", "the", "producer's", "account", "on", "the", "bus"),
    ]
    rows = json.loads(CliRunner().invoke(app, ["sources", "list", "--json", "--config", str(path)]).output)
    assert [row["source"] for row in rows] == ["alertmanager", "generic"]
    path.write_text("")
    assert "no sources" in CliRunner().invoke(app, ["sources", "list", "--config", str(path)]).output


def test_a_template_is_printed_as_it_is_to_be_pasted():
    printed = CliRunner().invoke(app, ["sources", "template", "datadog"]).output
    assert json.loads(printed)["alert_transition"] == "$ALERT_TRANSITION"


def test_secrets_are_looked_up_and_never_shown(monkeypatch):
    monkeypatch.setenv("LONG_ONE", "0123456789abcdef0123")
    monkeypatch.setenv("SHORT_ONE", "hunter2")
    monkeypatch.delenv("NO_ONE", raising=False)
    found = said(kind="pagerduty", secret=["env:LONG_ONE", "env:SHORT_ONE", "env:NO_ONE"])
    assert [status for status, _ in found] == ["ok", "warn", "fail"]
    assert "hunter2" not in str(found)
    assert "pagerduty-v3 in X-PagerDuty-Signature" in found[0][1]


def test_a_source_that_proves_nothing_is_pointed_at():
    ((status, text),) = said(kind="datadog", unauthenticated=True)
    assert (status, text) == ("warn", "/webhooks/datadog/acme takes deliveries from anybody")
    assert said(kind="datadog", bus_only=True)[0][0] == "ok"


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        ({"scheme": "mtls", "header": "X-Client", "subjects": ["CN=am"]}, "mtls in X-Client"),
        ({"scheme": "hex-sha256", "timestamp_header": "X-At"}, "hex-sha256 in X-Signature, within 300 s of X-At"),
        (None, "bearer"),
    ],
)
def test_proof_is_told_in_a_few_words(auth, told):
    given = {} if auth and auth["scheme"] == "mtls" else {"secret": "env:X"}
    assert proof(SourceConfig(kind="alertmanager", auth=auth, **given)) == told
