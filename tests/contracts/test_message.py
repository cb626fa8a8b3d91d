"""What every message promises: UTC, ids, immutability, tolerance of what newer writers add."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inquest.contracts.latest import Focus, Id, Signal, Timings, Window
from inquest.contracts.message import ID_HEX_CHARS, derive_id
from pydantic import TypeAdapter, ValidationError

from tests.contracts.strategies import INSTANTS

ID = TypeAdapter(Id)
parts = st.lists(st.text(max_size=6), max_size=4)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_times_become_utc_and_stay_the_same_instant(moment: datetime, offset_min: int) -> None:
    zone = timezone(timedelta(minutes=offset_min))
    try:
        local = moment.astimezone(zone)
    except OverflowError:
        return
    window = Window(start=local, end=local)
    assert window.start == moment
    assert window.start.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Window.model_validate({"start": "2026-03-14T14:03:10", "end": "2026-03-14T14:03:10Z"})


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_that_utc_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="out of range"):
        Window.model_validate({"start": text, "end": text})


@pytest.mark.parametrize("value", ["a", "0-9", "a" * 48])
def test_ids(value: str) -> None:
    assert ID.validate_python(value) == value


@pytest.mark.parametrize("value", ["", "A", "a" * 49, "a.b", "a b", "a*", ">", "ü", "a\n", "PD_1"])
def test_what_is_no_id(value: str) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(value)


@given(parts)
def test_derived_ids_are_ids_and_repeat(causes: list[str]) -> None:
    made = derive_id(*causes)
    assert made == derive_id(*causes)
    assert len(made) == ID_HEX_CHARS
    assert ID.validate_python(made) == made


@given(parts, parts)
def test_different_causes_have_different_ids(one: list[str], other: list[str]) -> None:
    assert (one == other) == (derive_id(*one) == derive_id(*other))


def test_messages_are_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Focus().text = "x"  # type: ignore[misc]


def test_unknown_fields_are_ignored() -> None:
    assert Focus.model_validate_json('{"text": "x", "added_in_v1_9": {"a": 1}}') == Focus(text="x")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_cannot_say_are_refused(value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        Timings(provider_ms=value)


def test_titles_have_a_limit() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValidationError, match="1000"):
        Signal(signal_id="s", tenant="t", source="x", kind="alert", occurred_at=now, received_at=now, title="x" * 1001)
