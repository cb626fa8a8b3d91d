import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.sources import AUTHS, Auth, SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.signature import SIGNATURES_MAX, prove, sign

# Published by PagerDuty in go-pagerduty, webhookv3/webhookv3_test.go (Apache-2.0).
VECTOR = json.loads((Path(__file__).parent / "pagerduty_vector.json").read_text())
NOW_S = 1_767_261_600.0
BODY = b'{"a": 1}'


def outcome(auth: Auth, headers: dict[str, str], body: bytes = BODY, secrets=("old", "new"), now_s=NOW_S) -> str:
    try:
        prove(auth, headers, body, secrets, now_s)
    except Refused as error:
        return error.outcome if error.message and error.hint else "silent"
    return "proven"


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_the_published_vector_verifies():
    auth, headers = AUTHS["pagerduty"], {"x-pagerduty-signature": VECTOR["signature"]}
    body = VECTOR["body"].encode()
    assert outcome(auth, headers, body, [VECTOR["secret"]]) == "proven"
    assert outcome(auth, headers, body + b" ", [VECTOR["secret"]]) == "wrong-signature"
    assert outcome(auth, headers, body, ["another secret"]) == "wrong-signature"
    assert outcome(auth, headers, body, []) == "wrong-signature"


def test_any_of_several_signatures_and_secrets_will_do():
    def said(header: str) -> str:
        return outcome(AUTHS["pagerduty"], {"x-pagerduty-signature": header})

    assert said(f"v1=00, {sign('new', BODY)}") == "proven"
    assert said(sign("old", BODY).upper().replace("V1", "v1")) == "proven"
    assert said(",".join(["v1=00"] * (SIGNATURES_MAX - 1) + [sign("new", BODY)])) == "proven"
    for wrong in ("v1=é", ",", "v1=", sign("new", BODY).removeprefix("v1="), "v2=" + sign("new", BODY)[3:]):
        assert said(wrong) == "wrong-signature"
    assert said(",".join(["v1=00"] * SIGNATURES_MAX + [sign("new", BODY)])) == "wrong-signature"
    assert said(" ") == "unsigned"


@pytest.mark.parametrize(
    ("kind", "header", "prefix"),
    [
        ("pagerduty", "X-PagerDuty-Signature", "v1="),
        ("jira", "X-Hub-Signature", "sha256="),
        ("github", "X-Hub-Signature-256", "sha256="),
        ("sentry", "Sentry-Hook-Signature", ""),
        ("grafana", "X-Grafana-Alerting-Signature", ""),
        ("generic", "X-Inquest-Signature", "v1="),
    ],
)
def test_each_source_signs_in_its_own_way(kind, header, prefix):
    auth = SourceConfig(kind=kind, secret="env:X").verification
    good = prefix + hmac.new(b"new", BODY, hashlib.sha256).hexdigest()
    assert sign("new", BODY, auth.scheme) == good
    assert outcome(auth, {header.lower(): good}) == "proven"
    assert outcome(auth, {header.lower(): good}, secrets=["old"]) == "wrong-signature"
    assert outcome(auth, {header.lower(): good}, BODY + b" ") == "wrong-signature"
    assert outcome(auth, {}) == "unsigned"
    assert outcome(auth, {header.lower(): f"{good},{good}"}) == ("proven" if prefix == "v1=" else "wrong-signature")


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (f"{NOW_S:.0f}", "proven"),
        (f"{NOW_S - 60:.0f}", "proven"),
        (f"{NOW_S + 60:.0f}", "proven"),
        (f"{NOW_S - 61:.0f}", "stale"),
        (f"{NOW_S + 61:.0f}", "stale"),
        ("2026-01-01T10:00:00Z", "stale"),
        ("1" * 13, "stale"),
        ("", "unsigned"),
    ],
)
def test_a_signature_with_a_time_holds_for_a_while(stamp, expected):
    auth = Auth(scheme="hex-sha256", header="X-Sig", timestamp_header="X-Time", window_s=60)
    headers = {"x-sig": sign("new", f"{stamp}:".encode() + BODY, "hex-sha256"), "x-time": stamp}
    assert outcome(auth, headers) == expected
    assert outcome(auth, headers | {"x-time": "7"}) == "wrong-signature"
    assert outcome(auth, headers, BODY + b" ") == ("wrong-signature" if stamp else "unsigned")


def test_a_bearer_token_is_one_of_the_secrets():
    auth = AUTHS["alertmanager"]
    for good in ("Bearer new", "bearer old", "Bearer  new "):
        assert outcome(auth, {"authorization": good}) == "proven"
    for wrong in ("Bearer guess", "Bearer", "Bearer né", "Bearer new,old"):
        assert outcome(auth, {"authorization": wrong}) == "wrong-secret"
    assert outcome(auth, {"authorization": "Basic new"}) == "unsigned"
    assert outcome(auth, {}) == "unsigned"


def test_basic_takes_the_user_and_one_of_the_secrets():
    auth = Auth(scheme="basic", user="am")
    assert outcome(auth, basic("am:new")) == "proven"
    for wrong in ("am:guess", "an:new", "am", "", "am:new:", "am:né"):
        assert outcome(auth, basic(wrong)) == "wrong-secret"
    for wrong in ("Basic !", "Basic YQ", "Basic é"):
        assert outcome(auth, {"authorization": wrong}) == "wrong-secret"
    assert outcome(auth, {"authorization": "Bearer new"}) == "unsigned"


def test_a_header_of_its_own_may_carry_the_secret_or_the_certificate():
    custom = Auth(scheme="header", header="X-Token")
    assert outcome(custom, {"x-token": "new"}) == "proven"
    assert outcome(custom, {"x-token": "guess"}) == "wrong-secret"
    assert outcome(custom, {}) == "unsigned"
    mtls = Auth(scheme="mtls", header="X-Client-Subject", subjects=("CN=am", "CN=other"))
    assert outcome(mtls, {"x-client-subject": "CN=other"}, secrets=()) == "proven"
    assert outcome(mtls, {"x-client-subject": "CN=mallory"}, secrets=()) == "wrong-secret"
    assert outcome(mtls, {}, secrets=()) == "unsigned"


@settings(max_examples=50)
@given(st.sampled_from(["pagerduty-v3", "hub-sha256", "hex-sha256"]), st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_holds_for_its_body_and_no_other(scheme, body, other):
    auth = Auth(scheme=scheme, header="X-Sig")
    assert outcome(auth, {"x-sig": sign("new", body, scheme)}, body) == "proven"
    assert (outcome(auth, {"x-sig": sign("new", body, scheme)}, other) == "proven") == (body == other)


@settings(max_examples=50)
@given(st.sampled_from([*AUTHS.values(), Auth(scheme="basic"), Auth(scheme="header", header="X-T")]), st.text())
def test_no_text_in_the_header_proves_anything_or_breaks_anything(auth, text):
    name = (auth.header or "authorization").lower()
    assert outcome(auth, {name: text}, secrets=["a secret that no generator finds"]) != "proven"
    prefixed = {name: f"{auth.scheme} {text}"}
    assert outcome(auth, prefixed, secrets=["a secret that no generator finds"]) != "proven"
