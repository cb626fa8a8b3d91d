"""Patterns that a tenant writes, in the configuration and at work."""

import pytest
from inquest.config.redaction import RedactionConfig
from inquest.contracts.errors import Impossible
from inquest.contracts.redaction.own import own_rule
from pydantic import ValidationError


def test_own_patterns_are_marked_by_their_names_and_keep_what_they_say_to_keep():
    config = RedactionConfig(patterns={"customer": r"CUST-\d{4}", "room": r"(?P<kept>room )\d+"})
    redactor = config.redactor(lambda _: "")
    assert (
        redactor.text("CUST-1234 in room 12, pwd=x1")
        == "[redacted:customer] in room [redacted:room], pwd=[redacted:password]"
    )
    assert redactor.texts(["plain", "CUST-1234"]) == ["plain", "[redacted:customer]"]


def test_a_key_is_read_where_it_lies_and_gives_pseudonyms():
    read = []
    redactor = RedactionConfig(key="env:MARKS").redactor(lambda ref: read.append(ref) or "0123456789abcdef")
    assert read == ["env:MARKS"]
    assert redactor.text("ada@example.org").startswith("[redacted:email#")


def test_people_are_left_where_a_tenant_says_so():
    assert RedactionConfig(personal=False).redactor(lambda _: "").text("ada@example.org") == "ada@example.org"


@pytest.mark.parametrize(
    ("pattern", "reason"), [("(?=a)", "RE2 syntax"), ("x*", "empty text"), ("(a{1000}){1000}", "cannot be read")]
)
def test_a_pattern_that_cannot_work_is_refused_with_the_reason(pattern, reason):
    with pytest.raises(Impossible, match=reason):
        own_rule("own", pattern)
    with pytest.raises(ValidationError, match=reason):
        RedactionConfig(patterns={"own": pattern})


def test_text_that_no_encoding_knows_does_not_stop_an_own_pattern():
    assert "[redacted:own]" in own_rule("own", "secret").apply("a\udfffsecret", lambda _: "")


def test_a_hostile_pattern_takes_linear_time():
    assert own_rule("own", "(a+)+b").apply("a" * 20_000, lambda _: "") == "a" * 20_000
