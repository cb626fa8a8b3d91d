from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.api.domain.access import LOCAL, ROLES, Caller, identify, is_loopback, parse_tokens
from inquest.api.errors import Forbidden, Unauthenticated
from inquest.contracts.errors import Impossible

VIEWER, ADMIN = "viewer-token-0123456", "admin-token-01234567"
TOKENS = parse_tokens(f"# people\n{VIEWER} viewer acme grace\n\n{ADMIN} admin *\n")


def test_lines_become_callers():
    assert identify(TOKENS, f"Bearer {VIEWER}", "8.8.8.8", "x.example") == Caller("grace", "viewer", "acme")
    admin = identify(TOKENS, f"bearer  {ADMIN} ", None, None)
    assert (admin.role, admin.tenant) == ("admin", "*")
    assert admin.name.startswith("admin-")


@pytest.mark.parametrize("authorization", [None, "", VIEWER, f"Basic {VIEWER}", "Bearer ", "Bearer nobody"])
def test_a_stranger_is_refused_even_from_this_machine(authorization):
    with pytest.raises(Unauthenticated, match="known token"):
        identify(TOKENS, authorization, "127.0.0.1", "localhost")


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1"])
@pytest.mark.parametrize("host", [None, "localhost", "localhost:80", "127.0.0.1:80", "[::1]:80", "::1"])
def test_without_tokens_this_machine_may_ask(peer, host):
    assert identify(None, None, peer, host) is LOCAL


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("10.0.0.1", "localhost"),
        (None, "localhost"),
        ("", None),
        ("127.0.0.1", "evil.example"),  # DNS rebinding: a page's own name leads to this machine
        ("127.0.0.1", "evil.example:8080"),
        ("127.0.0.1", "127.0.0.1.evil.example"),
    ],
)
def test_without_tokens_nobody_else_may(peer, host):
    with pytest.raises(Unauthenticated, match="only this machine"):
        identify(None, None, peer, host)


@pytest.mark.parametrize("needed", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_lesser_roles_may(role, needed):
    caller = Caller("x", role, "acme")
    if ROLES.index(role) >= ROLES.index(needed):
        assert caller.may(needed, None) == "acme"
    else:
        with pytest.raises(Forbidden, match=f"needs the role {needed}"):
            caller.may(needed, None)


def test_a_tenant_is_kept_to_its_own():
    assert Caller("x", "admin", "acme").may("viewer", "acme") == "acme"
    with pytest.raises(Forbidden, match="for acme, not for globex"):
        Caller("x", "admin", "acme").may("viewer", "globex")
    assert LOCAL.may("admin", "globex") == "globex"
    assert LOCAL.may("viewer", None) == "default"
    with pytest.raises(Impossible, match="tenant"):
        LOCAL.may("viewer", "Not An Id")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is none"),
        ("# nobody", "there is none"),
        (f"{VIEWER} viewer", "line 1: write"),
        (f"\n{VIEWER} viewer acme x y", "line 2: write"),
        ("short viewer acme", "16 characters"),
        (f"{VIEWER} king acme", "role is one of viewer"),
        (f"{VIEWER} viewer ACME!", "tenant is an id"),
    ],
)
def test_a_wrong_line_is_named_and_the_token_is_not(text, says):
    with pytest.raises(Impossible, match=says) as refused:
        parse_tokens(text)
    assert VIEWER not in str(refused.value)


@given(st.text())
@settings(max_examples=50)
def test_any_text_is_tokens_or_an_error(text):
    with suppress(Impossible):
        assert parse_tokens(text)


@given(st.text())
@settings(max_examples=50)
def test_no_junk_is_loopback(text):
    assert is_loopback(text) in (False, text.strip("[]") == "localhost" or "1" in text)
