import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inquest.contracts.redaction import redact, redact_all, redact_attributes

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq\nabc+/=\n-----END RSA PRIVATE KEY-----"

SECRETS = [
    ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", "aws-key"),
    (f"token {JWT} expired", JWT, "jwt"),
    (KEY, "MIIEpAIBAAKCAQEA7bq", "private-key"),
    (KEY.replace("\n", "\\n"), "MIIEpAIBAAKCAQEA7bq", "private-key"),
    (KEY.split("-----END", maxsplit=1)[0], "MIIEpAIBAAKCAQEA7bq", "private-key"),
    ("Authorization: Bearer abcd", "abcd", "authorization"),
    ('{"Authorization": "Basic dXNlcjpwYXNz"}', "dXNlcjpwYXNz", "authorization"),
    ("sent bearer a1b2c3d4e5f6", "a1b2c3d4e5f6", "bearer-token"),
    ("postgres://app:hunter2@db:5432/shop", "hunter2", "url-password"),
    ("amqp://:hunter2@mq", "hunter2", "url-password"),
    ("password=hunter2", "hunter2", "password"),
    ("DB_PASSWORD: hunter2", "hunter2", "password"),
    ('{"passwd":"hunter 2"}', "hunter 2", "password"),
    (r"{\"password\":\"hunter2\"}", "hunter2", "password"),
    ("+  api_key = 'sekrit-value'", "sekrit-value", "password"),
    ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI", "password"),
    ("GET /x?access_token=abc123&y=1", "abc123", "password"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdefghij", "vendor-token"),
    ("xoxb-1234567890-abcdefghij", "xoxb-1234567890", "vendor-token"),
]


@pytest.mark.parametrize(("text", "secret", "kind"), SECRETS)
def test_a_secret_is_replaced_and_its_kind_is_named(text, secret, kind):
    clean = redact(text)
    assert secret not in clean
    assert f"[redacted:{kind}]" in clean
    assert redact(clean) == clean


def test_a_mnemonic_is_a_secret_where_a_phrase_follows_it():
    assert redact("wallet mnemonic = zebra-copper-guitar-lantern") == "wallet mnemonic = [redacted:password]"
    assert redact("mnemonic: LDA") == "mnemonic: LDA"


@pytest.mark.parametrize(
    "text",
    [
        "checkout v1.42 shrank the DB pool from 20 to 2",
        "bearer authentication failed for user 17",
        "max_tokens: 100, tokens=7",
        "keyboard=us monkey=1",
        "http://host:8080/path?user=me@example.org",
        "commit 3f9c1d2e4b5a69788796a5b4c3d2e1f001122334",
        "public key accepted",
        "",
    ],
)
def test_ordinary_text_is_left_alone(text):
    assert redact(text) == text


def test_what_surrounds_a_secret_stays():
    assert redact("postgres://app:hunter2@db:5432/shop") == "postgres://app:[redacted:url-password]@db:5432/shop"
    assert redact('{"password": "x y", "n": 1}') == '{"password": "[redacted:password]", "n": 1}'
    assert redact("a=1&token=t&b=2") == "a=1&token=[redacted:password]&b=2"


def test_attributes_are_redacted_by_name_and_by_value():
    attributes = {"db.password": "x", "http.url": "https://u:p@h/", "n": "1", "auth.token": ""}
    assert redact_attributes(attributes) == {
        "db.password": "[redacted:password]",
        "http.url": "https://u:[redacted:url-password]@h/",
        "n": "1",
        "auth.token": "",
    }


WORDS = st.one_of(st.text(max_size=12), st.sampled_from([text for text, *_ in SECRETS]), st.sampled_from("=:\"' \n@/-"))
TEXTS = st.lists(WORDS, max_size=8).map("".join)


@settings(max_examples=50, deadline=None)  # shapes are compiled when they are first needed
@given(TEXTS)
@example("sent bearer a1b2c3d4e5f6postgres://app:hunter2@db:5432/shop")
@example("HikariConfig - password........................tiger-monkey-rocket")
def test_redaction_is_done_after_one_pass(text):
    clean = redact(text)
    assert redact(clean) == clean


@settings(max_examples=50, deadline=None)  # shapes are compiled when they are first needed
@given(st.lists(TEXTS, max_size=6))
def test_a_column_is_redacted_like_its_texts(texts):
    assert redact_all(texts) == [redact(text) for text in texts]


PROSE = st.text("abcdefg xyz.,;\n", max_size=40)


@settings(max_examples=50, deadline=None)  # shapes are compiled when they are first needed
@given(PROSE, PROSE, st.sampled_from(SECRETS))
def test_a_secret_is_found_between_other_lines(before, after, secret):
    text, hidden, kind = secret
    clean = redact(f"{before}\n{text}\n{after}")
    assert hidden not in clean
    assert f"[redacted:{kind}]" in clean
