import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import Impossible
from inquest.tracestore.domain.search import decode_token, encode_token, page_size, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("  -- \"' ", ()),
        ("pool", ('"pool"*',)),
        ("pool NEAR(x)", ('"pool"', '"NEAR(x)"*')),
        ("db_pool_size=2", ('"db_pool_size=2"*',)),
    ],
)
def test_words_are_quoted_and_the_last_is_a_prefix(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize("text", ["x" * 501, "a " * 21])
def test_a_query_has_limits(text):
    with pytest.raises(Impossible, match="at most"):
        words_of(text)


@pytest.mark.parametrize(("wanted", "size"), [(0, 50), (1, 1), (500, 500), (10_000, 500)])
def test_pages_have_limits(wanted, size):
    assert page_size(wanted) == size


def test_a_negative_page_is_refused():
    with pytest.raises(Impossible, match="page_size is -1"):
        page_size(-1)


@given(st.text(), st.text())
@settings(max_examples=30)
def test_a_token_survives_the_round_trip(opened_at, investigation_id):
    assert decode_token(encode_token(opened_at, investigation_id)) == (opened_at, investigation_id)


@pytest.mark.parametrize("token", ["x", "bm90IGpzb24=", base64.urlsafe_b64encode(b"[1, 2]").decode(), "é"])
def test_a_foreign_token_is_refused(token):
    with pytest.raises(Impossible, match="not one of ours"):
        decode_token(token)


def test_a_zero_byte_parts_words():
    assert words_of("check\0out slow") == ('"check"', '"out"', '"slow"*')
