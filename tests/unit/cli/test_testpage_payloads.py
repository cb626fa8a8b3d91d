"""A test page is what its source would send, and proves itself as its source is configured to."""

import json
import time
from datetime import UTC, datetime

import pytest
from inquest.cli.controls import seconds
from inquest.cli.testpage_payloads import BODIES, Trial, credentials
from inquest.config.sources import SourceConfig
from inquest.contracts.errors import InquestError
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.signature import prove
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES

ONE = Trial("a1b2c3d4")
NOW = datetime.now(UTC)


def configured(kind="generic", **changes):
    return SourceConfig.model_validate({"kind": kind, "secret": "env:SECRET", **changes})


@pytest.mark.parametrize("kind", BODIES)
def test_its_source_reads_a_page_and_its_end(kind):
    source = configured(kind)
    readings = {}
    for over in (False, True):
        body = json.dumps(BODIES[kind](ONE, over=over)).encode()
        (readings[over],) = parse(body, SOURCES[kind], Delivered({}, source, NOW))
    page, end = readings[False], readings[True]
    assert (page.kind, end.kind) == ("alert", "resolution")
    assert ONE.id in page.title
    assert page.severity == "critical"
    assert page.dedup_key == end.dedup_key != ""
    assert page.key != end.key


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"kind": "pagerduty"},
        {"kind": "alertmanager"},
        {"auth": "basic"},
        {"auth": {"scheme": "basic", "user": "ada"}},
        {"auth": {"scheme": "header", "header": "X-Token"}},
        {"auth": "hub-sha256"},
        {"auth": {"scheme": "hex-sha256", "timestamp_header": "X-Time"}},
        {"auth": {"scheme": "mtls", "header": "X-Cert", "subjects": ["CN=a"]}, "secret": ()},
    ],
)
def test_it_proves_itself(changes):
    source, body = configured(**changes), b"{}"
    sent = {name.lower(): value for name, value in credentials(source, "s3cret", body).items()}
    prove(source.verification, sent, body, ["s3cret"], time.time())
    if source.verification.scheme != "mtls":
        with pytest.raises(Refused):
            prove(source.verification, sent, body, ["another"], time.time())


def test_an_open_source_needs_no_proof():
    open_ = SourceConfig.model_validate({"kind": "generic", "unauthenticated": True})
    assert credentials(open_, "", b"{}") == {}


@pytest.mark.parametrize(("text", "length_s"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("3d", 259_200)])
def test_lengths_of_time(text, length_s):
    assert seconds(text) == length_s


@pytest.mark.parametrize("text", ["", "2", "h", "-1h", "1.5h", "2 weeks", "0m"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(InquestError, match="write it like 30m"):
        seconds(text)
