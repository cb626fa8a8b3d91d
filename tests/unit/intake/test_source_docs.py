"""The pages in docs/sources: their configuration is valid, and what they send by hand becomes what they say."""

import hashlib
import hmac
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.config.load import parse as parse_config
from inquest.config.sources import AUTHS, SourceConfig
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES, opsgenie, pagerduty

PAGES = {path.stem: path.read_text() for path in (Path(__file__).parents[3] / "docs/sources").glob("*.md")}
EXAMPLES = [(name, text) for name, page in PAGES.items() for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
CURL = """#!/bin/sh
for argument; do printf '%s\\0' "$argument"; done > "$(dirname "$0")/arguments"
"""


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_example_is_valid(name, example):
    config = parse_config(example)
    assert config.tenant("acme").source(name) is not None


def sent(page: str, folder: Path) -> tuple[bytes, dict[str, str], str]:
    """Run the page's shell commands with a curl of ours; return body, headers and URL."""
    (script,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    (folder / "curl").write_text(CURL)
    (folder / "curl").chmod(0o755)
    shell = shutil.which("sh")
    assert shell
    path = f"{folder}:{os.environ['PATH']}"
    subprocess.run(
        [shell, "-eu", "-c", script.replace("…", "secret")], cwd=folder, env={"PATH": path}, check=True, timeout=20
    )
    arguments = (folder / "arguments").read_text().split("\0")[:-1]
    given = [arguments[place + 1] for place, one in enumerate(arguments) if one == "-H"]
    (body,) = [(folder / one[1:]).read_bytes() for one in arguments if one.startswith("@")]
    return body, {name.lower(): value for name, value in (one.split(": ", 1) for one in given)}, arguments[-1]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the pages sign with openssl")
@pytest.mark.parametrize(
    ("name", "kind", "severity", "title"),
    [
        ("pagerduty", "alert", "critical", "Checkout is slow"),
        ("jira", "ticket", "critical", "OPS-1: Checkout is down"),
        ("opsgenie", "alert", "critical", "Checkout is slow"),
        ("sentry", "alert", "critical", "ReferenceError: heck is not defined"),
        ("alertmanager", "alert", "critical", "checkout answers 12 % with errors"),
        ("grafana", "alert", "medium", "checkout is short of memory"),
        ("datadog", "alert", "critical", "Checkout is slow"),
        ("cloudevents", "alert", "critical", "checkout fails its probe"),
        ("generic", "alert", "critical", "checkout error rate above 2 %"),
        ("github", "change", "info", "Deploy of acme/checkout v1.2 to production: in_progress"),
    ],
)
def test_what_is_sent_by_hand_is_signed_and_becomes_a_signal(name, kind, severity, title, tmp_path):
    body, headers, url = sent(PAGES[name], tmp_path)
    assert url == f"http://127.0.0.1:8081/webhooks/{name}/acme"
    digest = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    proof = headers[(AUTHS[name].header or "Authorization").lower()]
    assert proof.removeprefix("v1=").removeprefix("sha256=") in {digest, "Bearer secret"}
    source, settings = SOURCES[name], SourceConfig(kind=name, bus_only=True)
    now = datetime.now(UTC)
    (reading,) = parse(body, source, Delivered(source.kept(headers), settings, now))
    assert (reading.kind, reading.severity, reading.title) == (kind, severity, title)
    assert abs((reading.occurred_at - now).total_seconds()) < 60
    without_id = {"jira", "alertmanager", "grafana", "generic"}  # their bytes tell deliveries apart
    assert source.replay(source.decode(body, headers), headers) or name in without_id


def test_every_event_and_action_is_told():
    for event_type in (*pagerduty.KINDS, pagerduty.PING):
        assert f"`{event_type}`" in PAGES["pagerduty"]
    told = {name.casefold() for name in re.findall(r"`(\w+)`", PAGES["opsgenie"])}
    assert opsgenie.KINDS.keys() <= told
