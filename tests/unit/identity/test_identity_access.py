from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.audit import AuditLog
from inquest.contracts.errors import Impossible
from inquest.identity import LOCAL, ROLES, Authenticator, Forbidden, IdentitySettings, Principal, Unauthenticated
from inquest.identity.keys import parse_keys
from inquest.identity.permissions import roles_with
from inquest.identity.principal import is_loopback
from inquest.testkit.memory import MemoryBus

VIEWER, ADMIN = "viewer-token-0123456", "admin-token-01234567"


@pytest.fixture
async def door(tmp_path):
    (tmp_path / "tokens").write_text(f"# people\n{VIEWER} viewer acme grace\n\n{ADMIN} admin *\n")
    audit = AuditLog(MemoryBus(), "api")
    yield Authenticator(IdentitySettings(api_tokens_ref=f"file:{tmp_path}/tokens"), audit)
    await audit.close()


@pytest.fixture
async def local_door():
    audit = AuditLog(MemoryBus(), "api")
    yield Authenticator(IdentitySettings(api_tokens_ref=None), audit)
    await audit.close()


def someone(role="viewer", *tenants):
    return Principal("x", "key", role, frozenset(tenants or ("acme",)))


async def test_lines_become_principals(door):
    grace = Principal("grace", "key", "viewer", frozenset({"acme"}))
    assert await door.identify(f"Bearer {VIEWER}", "8.8.8.8", "x.example") == grace
    admin = await door.identify(f"bearer  {ADMIN} ", None, None)
    assert (admin.role, admin.tenants) == ("admin", {"*"})
    assert admin.name.startswith("admin-")


@pytest.mark.parametrize("authorization", [None, "", VIEWER, f"Basic {VIEWER}", "Bearer ", "Bearer nobody"])
async def test_a_stranger_is_refused_even_from_this_machine(door, authorization):
    with pytest.raises(Unauthenticated, match="known token"):
        await door.identify(authorization, "127.0.0.1", "localhost")


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1"])
@pytest.mark.parametrize("host", [None, "localhost", "localhost:80", "127.0.0.1:80", "[::1]:80", "::1"])
async def test_without_tokens_this_machine_may_ask(local_door, peer, host):
    assert await local_door.identify(None, peer, host) is LOCAL


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
async def test_without_tokens_nobody_else_may(local_door, peer, host):
    with pytest.raises(Unauthenticated, match="only this machine"):
        await local_door.identify(None, peer, host)


@pytest.mark.parametrize("permission", sorted(ROLES["admin"]))
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_its_row_says(role, permission):
    if role in roles_with(permission):
        assert someone(role).may(permission, None) == "acme"
    else:
        with pytest.raises(Forbidden, match=f"needs the role {roles_with(permission)[0]}"):
            someone(role).may(permission, None)


def test_each_role_may_what_lesser_roles_may():
    rows = list(ROLES.values())
    assert all(less < more for less, more in pairwise(rows))


def test_a_tenant_is_kept_to_its_own():
    assert someone().may("incidents.read", "acme") == "acme"
    with pytest.raises(Forbidden, match="for acme, not for globex"):
        someone("admin").may("incidents.read", "globex")
    assert LOCAL.may("service.admin", "globex") == "globex"
    assert LOCAL.may("incidents.read", None) == "default"
    with pytest.raises(Impossible, match="tenant"):
        LOCAL.may("incidents.read", "Not An Id")


def test_one_of_several_tenants_is_named():
    both = someone("viewer", "acme", "globex")
    assert both.may("incidents.read", "globex") == "globex"
    with pytest.raises(Impossible, match="name one of acme, globex"):
        both.may("incidents.read", None)
    with pytest.raises(Forbidden, match="not for initech"):
        both.may("incidents.read", "initech")


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
        parse_keys(text)
    assert VIEWER not in str(refused.value)


@given(st.text())
@settings(max_examples=50)
def test_any_text_is_tokens_or_an_error(text):
    with suppress(Impossible):
        assert parse_keys(text)


@given(st.text())
@settings(max_examples=50)
def test_no_junk_is_loopback(text):
    assert is_loopback(text) in (False, text.strip("[]") == "localhost" or "1" in text)
