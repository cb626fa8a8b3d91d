"""API keys: made once, kept as hashes, read from lines."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.audit import AuditLog
from inquest.contracts.errors import Impossible, RetryLater
from inquest.identity import ROLES, Authenticator, IdentitySettings, Principal, Unauthenticated
from inquest.identity.keys import Keys, digest_of, hashed_line, new_key, parse_keys, parse_line
from inquest.testkit.memory import MemoryBus

OLD = "viewer-token-0123456"
HASH = f"sha256:{digest_of('x')}"
NAMES = st.sets(st.from_regex(r"[a-z][a-z0-9/._-]{0,20}", fullmatch=True), min_size=1, max_size=4)


def test_a_key_is_shown_once_and_found_by_its_hash():
    token, key = new_key("responder", ["acme", "globex"], {"name": "ada", "services": "cart,shop"})
    assert token.startswith(f"inq_{key.key_id}_")
    assert len(token) > 50
    assert token not in key.line()
    (read,) = parse_keys(f"# people\n\n{key.line()}\n")
    assert read == key
    who = Principal("ada", "key", "responder", frozenset({"acme", "globex"}), frozenset({"cart", "shop"}))
    assert (Keys([read]).find(token), read.principal) == (read, who)
    assert new_key("viewer", ["*"], {})[0] != token


@pytest.mark.parametrize("token", ["", "x", "inq_", "sha256:", "inq_00000000_", "ü", "\ud800", "a" * 100_000])
def test_what_is_no_key_is_not_found(token):
    made, key = new_key("viewer", ["acme"], {})
    keys = Keys([key])
    assert keys.find(token) is None
    # Another id before a known secret, a known id before another secret, and the hash itself open nothing.
    secret = made.split("_", 2)[2]
    for tried in (f"inq_ffffffff_{secret}", f"inq_{key.key_id}_{'A' * 43}", secret, key.digest, f"sha256:{key.digest}"):
        assert keys.find(tried) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is none"),
        ("# nobody", "there is none"),
        (f"{OLD} viewer acme ada", "line 1: holds a key itself, .*inquest keys hash FILE"),
        (f"\nk1 {HASH} viewer", "line 2: write"),
        (f"k1 {HASH[:-1]} viewer acme", "line 1: the second word is sha256:"),
        (f"k1 {HASH} king acme", "role is one of viewer"),
        (f"k1 {HASH} viewer ACME!", "tenant is an id"),
        (f"k1 {HASH} viewer system", "tenant is an id"),
        (f"k1 {HASH} viewer acme,", "tenant is an id"),
        (f"K1! {HASH} viewer acme", "id of a key"),
        (f"k1 {HASH} viewer acme ada", "name=…"),
        (f"k1 {HASH} viewer acme name=", "name=…"),
        (f"k1 {HASH} viewer acme name=a name=b", "at most once"),
        (f"k1 {HASH} viewer acme services=", "services=…"),
        (f"k1 {HASH} viewer acme services=a,", "names with commas"),
        (f"k1 {HASH} viewer acme expires=soon", "a date or a time"),
        (f"k1 {HASH} viewer acme\nk1 sha256:{digest_of('y')} viewer acme", "line 2: .*above already"),
        (f"k1 {HASH} viewer acme\nk2 {HASH} admin acme", "line 2: .*above already"),
    ],
)
def test_a_wrong_line_is_named_and_what_it_holds_is_not(text, says):
    with pytest.raises(Impossible, match=says) as refused:
        parse_keys(text)
    assert OLD not in str(refused.value)
    assert digest_of("x") not in str(refused.value)


def test_old_lines_are_hashed_and_their_keys_go_on_working():
    line = hashed_line(f"{OLD} viewer acme ada")
    (key,) = parse_keys(line)
    assert Keys([key]).find(OLD) is key
    assert (key.principal.name, key.principal.role) == ("ada", "viewer")
    for kept in ("# a comment", "", line, "k1 nonsense"):
        assert hashed_line(kept) == kept
    with pytest.raises(Impossible, match="16 characters"):
        hashed_line("short viewer acme")


async def test_an_expired_key_is_refused(tmp_path):
    audit = AuditLog(MemoryBus(), "api")
    token, soon = new_key("viewer", ["acme"], {"expires": (datetime.now(UTC) + timedelta(hours=1)).isoformat()})
    late, past = new_key("viewer", ["acme"], {"expires": "2026-01-31"})
    (tmp_path / "keys").write_text(f"{soon.line()}\n{past.line()}\n")
    door = Authenticator(IdentitySettings(api_tokens_ref=f"file:{tmp_path}/keys"), audit)
    assert (await door.identify(f"Bearer {token}", None, None)).name == soon.key_id
    with pytest.raises(Unauthenticated, match="expired"):
        await door.identify(f"Bearer {late}", None, None)
    (tmp_path / "keys").write_text("oops")  # broken while it runs: our own fault, of which strangers read nothing
    with pytest.raises(RetryLater, match="the log of the service says why"):
        await door.identify(f"Bearer {token}", None, None)
    await audit.close()


@given(st.text())
@settings(max_examples=50)
def test_any_text_is_keys_or_an_error(text):
    with suppress(Impossible):
        assert parse_keys(text)


@given(
    st.sampled_from(list(ROLES)),
    st.sets(st.from_regex(r"[a-z0-9-]{1,48}", fullmatch=True).filter(lambda name: name != "system"), min_size=1),
    NAMES | st.none(),
    NAMES | st.none(),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)) | st.none(),  # noqa: DTZ001
)
@settings(max_examples=50)
def test_a_line_is_read_as_it_was_written(role, tenants, services, repositories, expires):
    options = {
        "services": ",".join(services or ()),
        "repositories": ",".join(repositories or ()),
        "expires": expires.isoformat() if expires else "",
    }
    _, key = new_key(role, tenants, options)
    assert parse_line(key.line()) == key
    assert (key.principal.services, key.expires_at) == (frozenset(services) if services else None, expires)
