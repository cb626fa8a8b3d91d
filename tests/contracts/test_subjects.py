"""The grammar of subjects: rendering, parsing and patterns agree, and nothing strange gets in."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from inquest.contracts.errors import Impossible
from inquest.contracts.subjects import (
    INCIDENT_OPENED,
    INGEST_DELIVERY,
    STEP_RUN,
    SUBJECTS,
    Subject,
    match,
)
from inquest.testkit.memory_rows import matches

from tests.contracts.strategies import TOKENS

NAME = re.compile(r"^(evt|cmd|req|timer)\.[a-z-]+\.[a-z-]+\.v[1-9][0-9]*$")
rows = st.sampled_from(SUBJECTS)


@given(rows, st.data())
def test_what_is_rendered_parses_to_the_same_keys(row: Subject, data: st.DataObject) -> None:
    keys = data.draw(st.fixed_dictionaries(dict.fromkeys(row.keys, TOKENS)))
    concrete = row.render(**keys)
    assert match(concrete) == (row, keys)


@given(rows, st.data())
def test_a_pattern_matches_exactly_what_has_its_fixed_keys(row: Subject, data: st.DataObject) -> None:
    keys = data.draw(st.fixed_dictionaries(dict.fromkeys(row.keys, st.sampled_from(["a", "b"]))))
    fixed = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(row.keys, st.sampled_from(["a", "b"]))))
    wanted = all(keys[key] == value for key, value in fixed.items())
    assert matches(row.pattern(**fixed), row.render(**keys)) == wanted


@given(st.text(max_size=60))
def test_any_text_is_either_of_a_row_or_unknown(text: str) -> None:
    found = match(text)
    if found is not None:
        row, keys = found
        assert text == ".".join((row.name, *keys.values()))


@given(rows, st.text(max_size=60))
@example(INCIDENT_OPENED, "acme\n")
@example(INCIDENT_OPENED, "acme.x")
@example(INCIDENT_OPENED, ">")
def test_no_key_can_break_out_of_its_token(row: Subject, value: str) -> None:
    keys = dict.fromkeys(row.keys, value)
    if re.fullmatch(r"[a-z0-9-]{1,48}", value):
        assert row.render(**keys).count(".") == row.pattern().count(".")
    else:
        with pytest.raises(Impossible, match="is not a token"):
            row.render(**keys)


@pytest.mark.parametrize("keys", [{}, {"tenant": "a"}, {"tenant": "a", "incident": "b", "more": "c"}])
def test_keys_must_be_exactly_those_of_the_row(keys: dict[str, str]) -> None:
    with pytest.raises(Impossible, match="takes the keys"):
        INCIDENT_OPENED.render(**keys)


@pytest.mark.parametrize("row", SUBJECTS, ids=lambda row: row.name)
def test_names_follow_the_grammar(row: Subject) -> None:
    assert row is INGEST_DELIVERY or NAME.match(row.name)


@pytest.mark.parametrize("row", SUBJECTS, ids=lambda row: row.name)
def test_the_tenant_is_a_key_of_every_subject(row: Subject) -> None:
    assert "tenant" in row.keys
    if row not in {STEP_RUN, INGEST_DELIVERY} and row.reply is None and not row.name.startswith("cmd.notice"):
        assert row.keys[0] == "tenant"


def test_no_two_rows_can_hold_one_subject() -> None:
    for first in SUBJECTS:
        for second in SUBJECTS:
            if first is not second:
                assert not (first.name + ".").startswith(second.name + ".")


def test_the_wrong_number_of_tokens_is_no_subject() -> None:
    assert match("evt.incident.opened.v1.acme") is None
    assert match("evt.incident.opened.v1.acme.i.more") is None
    assert match("evt.incident.opened.v2.acme.i") is None
    assert match("ingest") is None
