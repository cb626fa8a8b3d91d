"""Every shape of secret that the gateway promises to find, each alone, so that no other rule finds it instead."""

import pytest
from inquest.contracts.redaction import redact, redact_all

BODY = "a1B2c3D4e5F6g7H8i9J0" * 2
TOKENS = {
    "ASIA" + "A1B2C3D4E5F6G7H8": "aws-key",
    "gho_" + BODY: "vendor-token",
    "ghs_" + BODY: "vendor-token",
    "ghu_" + BODY: "vendor-token",
    "ghr_" + BODY: "vendor-token",
    "github_pat_" + BODY: "vendor-token",
    "xoxp-" + BODY: "vendor-token",
    "sk_live_" + BODY: "vendor-token",
    "AIza" + BODY[:35]: "vendor-token",
}
NAMES = ["password", "passwd", "pwd", "passphrase", "secret", "credential", "api_key", "private-key", "refresh_token"]


@pytest.mark.parametrize(("token", "kind"), TOKENS.items())
def test_a_token_is_found_wherever_it_stands(token, kind):
    for text in (token, f"sent {token} twice", f"x: {token}"):
        expected = text.replace(token, f"[redacted:{kind}]")
        assert redact(text) == expected
        assert redact_all(["before", text, "after"]) == ["before", expected, "after"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("written", ["{}=hunter2", "{}: hunter2", "DB_{}=hunter2", '"{}": "hunter2"'])
def test_a_value_is_secret_because_of_its_name(name, written):
    for text in (written.format(name), written.format(name.upper())):
        expected = text.replace("hunter2", "[redacted:password]")
        assert redact(text) == expected
        assert redact_all([text]) == [expected]


@pytest.mark.parametrize("lone", ["\ud800", "x\udfff"])
def test_text_that_no_encoding_knows_does_not_hide_a_secret_nor_stop_the_column(lone):
    assert redact_all([lone, "pwd=hunter2"]) == [lone, "pwd=[redacted:password]"]
