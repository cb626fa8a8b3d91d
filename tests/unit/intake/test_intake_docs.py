"""docs/webhooks.md tells every status, source and scheme, and its commands do what they say."""

import os
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from inquest.config.load import parse as parse_config
from inquest.config.sources import AUTHS, Auth, Scheme
from inquest.intake.domain.acceptance import STATUSES, Status
from inquest.intake.domain.signature import prove
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES
from inquest.intake.settings import Settings
from inquest.runtime import ServiceSettings

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/webhooks.md").read_text()
HEADERS = 'h() { while [ $# -gt 0 ]; do if [ "$1" = -H ]; then printf "%s\\n" "$2"; fi; shift; done; }; h '
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the page signs with openssl")


def shell(command: str, folder: Path) -> str:
    sh = shutil.which("sh")
    assert sh
    env = {"PATH": os.environ["PATH"], "SECRET": "new"}
    return subprocess.run(
        [sh, "-euc", command], cwd=folder, env=env, check=True, capture_output=True, text=True, timeout=20
    ).stdout


def test_the_table_of_answers_is_complete():
    told = {name: int(status) for status, name in re.findall(r"^\| (\d{3}) \| `([a-z0-9-]+)` \|", TEXT, re.MULTILINE)}
    assert told == {**STATUSES, **dict.fromkeys(get_args(Status), 202)}


def test_every_source_is_told_with_its_page_and_its_way_to_prove_itself():
    rows = dict(re.findall(r"^\| \[[^|]*\]\(sources/([a-z]+)\.md\)[^|]* \| ([^|]*) \|", TEXT, re.MULTILINE))
    assert set(rows) == set(SOURCES)
    for name, said in rows.items():
        assert f"`{AUTHS[name].scheme}`" in said
        assert AUTHS[name].header is None or f"`{AUTHS[name].header}`" in said
        assert (ROOT / f"docs/sources/{name}.md").is_file()


@needs_openssl
def test_the_delivery_by_hand_is_taken(tmp_path):
    (script,) = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    sent = shell(script.replace("…", "new").replace("curl -i", HEADERS), tmp_path).removesuffix("\n")
    name, _, value = sent.partition(": ")
    raw = (tmp_path / "page.json").read_bytes()
    prove(AUTHS["generic"], {name.lower(): value}, raw, ["new"], time.time())
    settings = parse_config("tenants: {acme: {sources: [{kind: generic, secret: env:X}]}}").tenant("acme").sources[0]
    (reading,) = parse(raw, SOURCES["generic"], Delivered({}, settings, datetime.now(UTC)))
    assert (reading.title, reading.severity) == ("Checkout is slow", "critical")


@needs_openssl
def test_each_scheme_can_be_done_by_hand(tmp_path):
    (tmp_path / "body.json").write_text('{"a": 1}\n')
    rows = re.findall(r"^\| (`[a-z0-9-]+`|… with `timestamp_header`) \| [^|]* \| (.*) \|$", TEXT, re.MULTILINE)
    assert {name.strip("`") for name, _ in rows if "…" not in name} == set(get_args(Scheme))
    for name, by_hand in rows:
        spans = re.findall(r"`(.*?)`", by_hand.replace("\\|", "|"))
        if not spans or spans[-1].startswith("-u"):
            continue
        sent = dict(
            line.split(": ", 1) for line in shell("; ".join((*spans[:-1], HEADERS + spans[-1])), tmp_path).splitlines()
        )
        stamp, scheme = (
            next((one for one in sent if "Time" in one), None),
            name.strip("`") if "…" not in name else "hex-sha256",
        )
        header = next(one for one in sent if one != stamp)
        auth = Auth.model_validate(
            {"scheme": scheme, "header": None if scheme == "bearer" else header, "timestamp_header": stamp}
        )
        headers = {one.lower(): value for one, value in sent.items()}
        prove(auth, headers, (tmp_path / "body.json").read_bytes(), ["old", "new"], time.time())


def test_the_example_of_the_configuration_is_valid():
    text = (ROOT / "docs/configuration.md").read_text()
    (example,) = [one for one in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "timestamp_header" in one]
    assert len(parse_config(example).tenant("acme").sources) == 4


def test_every_setting_of_intake_is_in_its_readme():
    readme = (ROOT / "services/intake/README.md").read_text()
    own = set(Settings.model_fields) - set(ServiceSettings.model_fields)
    for name in own:
        assert f"`INQUEST_{name.upper()}` | {Settings.model_fields[name].default} |" in readme
