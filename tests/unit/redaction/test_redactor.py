"""What a tenant's redactor finds beside secrets, what it leaves alone, and that marks keep values apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.redaction import Policy, Redactor, redact

KEYED = Redactor(Policy(key=b"tenant-a", addresses=True))
PLAIN = Redactor(Policy(addresses=True))

FOUND = [
    ("--password hunter2 --user x", "--password [redacted:password] --user x"),
    (
        "Server=tcp:db;User Id=sa;Password=P@ss;Encrypt=yes",
        "Server=tcp:db;User Id=sa;Password=[redacted:password];Encrypt=yes",
    ),
    ("postgres://user:p@ss/word@host:5432/db", "postgres://user:[redacted:url-password]@host:5432/db"),
    ("https://x4cc3ss-t0ken-of-a-bot@host/x", "https://[redacted:url-password]@host/x"),
    ("Cookie: session=abc123; theme=dark", "Cookie: [redacted:cookie]"),
    ('{"set-cookie":"sid=abc; Path=/"}', '{"set-cookie":"[redacted:cookie]"}'),
    ("paid with 4111 1111 1111 1111.", "paid with [redacted:card]."),
    ("amex 378282246310005", "amex [redacted:card]"),
    ('first_name=Ada last_name="Lovelace King"', 'first_name=[redacted:name] last_name="[redacted:name]"'),
    ("customer_name=Grace Hopper logged in", "customer_name=[redacted:name] logged in"),
    ("mail ada.l+x@example.co.uk, (bob@x.io)", "mail [redacted:email], ([redacted:email])"),
    ("?mail=ada%40example.org&x", "?mail=[redacted:email]&x"),
    ("from 10.1.2.3:80 and fe80::1", "from [redacted:ip]:80 and [redacted:ip]"),
    ("<Password>abc</Password>", "<Password>[redacted:password]</Password>"),
    ("password%3Dhunter2%26x", "password%3D[redacted:password]%26x"),
    ("u?sig=abcdefghijklmnopqrstuvwxyz%3D&x", "u?sig=[redacted:signature]&x"),
    ("pin: 1234", "pin: [redacted:code]"),
    ("the password is hunter2!", "the password is [redacted:password]"),
    ('using password "Hunter22" for bob', 'using password "[redacted:password]" for bob'),
    ("Basic dXNlcjpwYXNzdzByZA==", "Basic [redacted:authorization]"),
    ("AccountKey=abcdef+/==;EndpointSuffix", "AccountKey=[redacted:password];EndpointSuffix"),
    ("JSESSIONID=A1B2C3D4E5", "JSESSIONID=[redacted:password]"),
    ("https://hooks.slack.com/services/T0/B0/XXXXXXXXXXXX", "https://hooks.slack.com/services/[redacted:webhook-url]"),
    ("MII" + "Ab3/" * 15 + "x", "[redacted:private-key]"),
]
LEFT = [
    "Access denied for user 'root'@'localhost' (using password: YES)",
    "token: invalid",
    "unexpected token: }",
    "next_page_token=abc",
    "sshd: aes256-gcm@openssh.com",
    "getty@tty1.service started",
    "git@github.com: permission denied",
    "lodash@4.17.21 added",
    "v1.2.3.4 at 12:30:45, bound to 127.0.0.1 and ::1",
    'password="${DB_PASS}"',
    "PWD=/home/user/x",
    "pass=12 fail=3",
    "4111111111111112 is no card, blk_-4608999687919862906 a block",
    "basic authentication",
    "hostname=web-1 name=checkout",
    "at 1674981234567 ms, trace 4bf92f3577b34da6a3ce929d0e0e4736",
]


@pytest.mark.parametrize(("text", "clean"), FOUND)
def test_what_is_found_and_what_stays_around_it(text, clean):
    assert PLAIN.text(text) == clean
    assert PLAIN.texts(["before", text]) == ["before", clean]


@pytest.mark.parametrize("text", LEFT)
def test_what_only_looks_like_a_secret_is_left_alone(text):
    assert PLAIN.text(text) == text
    assert PLAIN.texts([text, "after"]) == [text, "after"]


@pytest.mark.parametrize(("text", "clean"), FOUND)
def test_a_pseudonym_does_not_make_a_second_pass_find_more(text, clean):
    once = KEYED.text(text)
    assert KEYED.text(once) == once
    assert once.count("[redacted:") == clean.count("[redacted:")


def test_the_same_value_has_the_same_mark_within_a_tenant_alone():
    first, again = KEYED.text("from ada@example.org"), KEYED.text("ada@example.org is out")
    mark = first.removeprefix("from ")
    assert again == f"{mark} is out"
    assert mark != KEYED.text("bob@example.org")
    assert mark != Redactor(Policy(key=b"tenant-b")).text("ada@example.org")
    assert "ada" not in mark


def test_our_own_texts_keep_who_did_what():
    assert (
        redact("by ada@example.org from 10.1.2.3, pwd=x1")
        == "by ada@example.org from 10.1.2.3, pwd=[redacted:password]"
    )


def test_attributes_are_judged_by_their_names_too():
    clean = PLAIN.attributes(
        {"user.first_name": "Ada", "http.header.cookie": "a", "enduser.name": "Ada", "host.name": "db"}
    )
    assert clean == {
        "user.first_name": "[redacted:name]",
        "http.header.cookie": "[redacted:password]",
        "enduser.name": "[redacted:name]",
        "host.name": "db",
    }


PARTS = st.one_of(
    st.text(max_size=12), st.sampled_from([text for text, _ in FOUND] + LEFT), st.sampled_from("=:\"' \n@/-#")
)


@settings(max_examples=50, deadline=None)  # shapes are compiled when they are first needed
@given(st.lists(st.lists(PARTS, max_size=6).map("".join), max_size=5))
def test_a_column_is_redacted_like_its_texts_and_once_is_enough(texts):
    clean = KEYED.texts(texts)
    assert clean == [KEYED.text(text) for text in texts]
    assert KEYED.texts(clean) == clean
