import json
import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.intake.domain.payload import Moment, Payload, Word, labelled, links, text_at, understood
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.severity import severity_of
from pydantic import TypeAdapter

WHEN = datetime(2026, 1, 1, 10, tzinfo=UTC)
SECONDS = int(WHEN.timestamp())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


class Part(Payload):
    name: Word = "none"
    at: Moment | None = None


class Whole(Payload):
    part: Part


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01T10:00:00Z",
        "2026-01-01T10:00:00",
        "2026-01-01T11:00:00.000+0100",
        SECONDS,
        float(SECONDS),
        SECONDS * 10**3,
        SECONDS * 10**6,
        SECONDS * 10**9,
        str(SECONDS),
        str(SECONDS * 1000),
        datetime(2026, 1, 1, 11, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_a_time_may_be_written_in_many_ways(value):
    assert TypeAdapter(Moment).validate_python(value) == WHEN


@pytest.mark.parametrize(
    "value", [True, "soon", "", math.inf, math.nan, 10**400, -(10**30), "inf", "1e999", [], "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_time_is_refused_by_its_path(value):
    with pytest.raises(Refused, match=r"not a thing: a\.part\.at: "):
        understood(Whole, {"part": {"at": value}}, "a thing", ("a",))


def test_null_is_absent_numbers_are_names_and_long_text_is_cut():
    assert understood(Whole, {"part": {"name": None}}, "a thing").part.name == "none"
    assert understood(Whole, {"part": {"name": 7}}, "a thing").part.name == "7"
    assert len(understood(Whole, {"part": {"name": "x" * 9999}}, "a thing").part.name) == 200
    with pytest.raises(Refused, match="not a thing: the body: "):
        understood(Whole, 7, "a thing")


@settings(max_examples=50)
@given(JSON)
def test_whatever_comes_is_understood_or_refused(value):
    with suppress(Refused):
        part = understood(Whole, {"part": {"name": value, "at": value}}, "a thing").part
        assert part.at is None or part.at.tzinfo is UTC
    assert text_at(value, "a", "b") is None or isinstance(value, dict)


def test_text_at_a_path():
    body = json.loads('{"a": {"b": "x", "n": 7, "t": true, "e": "", "l": []}}')
    assert (text_at(body, "a", "b"), text_at(body, "a", "n")) == ("x", "7")
    assert [text_at(body, "a", name) for name in ("t", "e", "l", "z")] == [None] * 4


def test_links_that_a_person_may_be_shown():
    assert links("https://a", "HTTP://b", "https://a", "", "javascript:x", "/c", "https://" + "x" * 3000) == (
        "https://a",
        "HTTP://b",
    )
    assert labelled({"a": 1, "b": "", "c": None, "d": 0, "e": ()}) == {"a": "1", "d": "0"}


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("P1", "critical"),
        ("P0", "critical"),
        ("SEV-2", "high"),
        ("sev 3", "medium"),
        ("1 - Critical", "critical"),
        ("Priority 4", "low"),
        ("P5", "info"),
        ("Highest", "critical"),
        ("Blocker", "critical"),
        ("fatal", "critical"),
        ("error", "high"),
        ("Warning", "medium"),
        ("Lowest", "low"),
        ("debug", "info"),
        ("", None),
        ("P9", None),
        ("beige", None),
    ],
)
def test_severity_by_the_words_of_others(text, severity):
    assert severity_of(text) == severity
