"""What is sealed opens in its own place alone, unchanged, and under its own key."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import Impossible
from inquest.intake.domain.sealing import (
    NO_KEY,
    RANDOM_BYTES,
    About,
    Content,
    key_id_of,
    named,
    open_clear,
    open_sealed,
    seal,
    tenant_keys,
    unsealed,
)

MASTER = bytes(range(32))
KEYS = tenant_keys("k-1", MASTER, "acme")
TEXTS = st.text(max_size=20)
ABOUTS = st.builds(About, TEXTS, TEXTS, TEXTS, TEXTS)
CONTENTS = st.builds(Content, st.binary(max_size=300), st.dictionaries(TEXTS, TEXTS, max_size=3))


@settings(max_examples=50)
@given(ABOUTS, CONTENTS, st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_what_is_sealed_opens_as_it_was(about, content, random):
    data = seal(KEYS, about, content, random)
    assert key_id_of(data) == "k-1"
    assert open_sealed(KEYS, about, data) == content


@settings(max_examples=50)
@given(ABOUTS, ABOUTS, CONTENTS)
def test_it_opens_nowhere_else(about, other, content):
    data = seal(KEYS, about, content, os.urandom(RANDOM_BYTES))
    if other != about:
        with pytest.raises(Impossible, match="changed, or was sealed for another"):
            open_sealed(KEYS, other, data)
    for name in ("tenant", "source", "delivery_id", "content_type"):
        with pytest.raises(Impossible):
            open_sealed(KEYS, replace(about, **{name: f"{getattr(about, name)}x"}), data)


@settings(max_examples=50)
@given(CONTENTS, st.data())
def test_a_flipped_bit_or_a_cut_is_seen(content, data):
    about = About("acme", "generic", "d1", "application/json")
    sealed = bytearray(seal(KEYS, about, content, os.urandom(RANDOM_BYTES)))
    cut = bytes(sealed[: data.draw(st.integers(0, len(sealed) - 1))])
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    for wrong in (bytes(sealed), cut, b"", b"{}"):
        with pytest.raises(Impossible):
            open_sealed(KEYS, about, wrong)


def test_nothing_of_it_can_be_read():
    about, content = About("acme", "generic", "d1"), Content(b"planted-words" * 9, {"ce-subject": "planted-words"})
    sealed = [seal(KEYS, about, content, os.urandom(RANDOM_BYTES)) for _ in range(2)]
    assert not any(b"planted" in one for one in sealed)
    assert sealed[0] != sealed[1]


def test_tenants_and_master_keys_have_nothing_in_common():
    about, content = About("acme", "generic", "d1"), Content(b"body")
    data = seal(KEYS, about, content, os.urandom(RANDOM_BYTES))
    others = (
        tenant_keys("k-1", MASTER, "beta"),
        tenant_keys("k-1", bytes(32), "acme"),
        tenant_keys("k-2", MASTER, "acme"),
        replace(tenant_keys("k-2", MASTER, "acme"), key_id="k-1"),
    )
    for keys in others:
        with pytest.raises(Impossible):
            open_sealed(keys, about, data)
        assert named(keys, "x") != named(KEYS, "x")
    assert "sealing" not in repr(KEYS)


def test_ids_follow_from_their_parts_and_do_not_give_them_away():
    assert named(KEYS, "ab", "c") == named(KEYS, "ab", "c")
    assert named(KEYS, "ab", "c") != named(KEYS, "a", "bc")


@settings(max_examples=20)
@given(CONTENTS)
def test_where_nothing_is_encrypted_it_is_kept_as_it_is(content):
    data = unsealed(content)
    assert key_id_of(data) == NO_KEY
    assert open_clear(data) == content


def test_what_is_kept_without_headers_is_refused():
    with pytest.raises(Impossible):
        open_clear(b"IQC1no json\nbody")
