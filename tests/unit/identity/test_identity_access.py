from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.audit import AuditLog
from inquest.contracts.errors import Impossible
from inquest.identity import LOCAL, ROLES, Authenticator, Forbidden, IdentitySettings, Principal, Unauthenticated
from inquest.identity.permissions import OF_A_PROCESS, OF_A_TENANT, roles_with
from inquest.identity.principal import is_loopback
from inquest.testkit.keys import hashed
from inquest.testkit.memory import MemoryBus

VIEWER, ADMIN = "viewer-token-0123456", "admin-token-01234567"


@pytest.fixture
async def door(tmp_path):
    (tmp_path / "tokens").write_text(hashed(f"# people\n{VIEWER} viewer acme grace\n\n{ADMIN} admin *"))
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
    assert len(admin.name) == 8  # the key's id


@pytest.mark.parametrize("authorization", [None, "", VIEWER, f"Basic {VIEWER}", "Bearer ", "Bearer nobody"])
async def test_a_stranger_is_refused_even_from_this_machine(door, authorization):
    with pytest.raises(Unauthenticated, match="known API key"):
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
        assert someone(role, "*").may(permission, "acme") == "acme"
    else:
        with pytest.raises(Forbidden, match=f"needs the role {roles_with(permission)[0]}"):
            someone(role, "*").may(permission, "acme")


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


@pytest.mark.parametrize("permission", sorted(OF_A_TENANT | OF_A_PROCESS))
@pytest.mark.parametrize("scope", [{"services": frozenset({"cart"})}, {"repositories": frozenset({"acme/cart"})}])
def test_who_is_for_some_services_does_nothing_to_all_of_them(permission, scope):
    with pytest.raises(Forbidden, match="is about"):
        Principal("x", "key", "admin", frozenset({"*"}), **scope).may(permission, "acme")


def test_what_every_tenant_shares_is_for_who_is_for_every_tenant():
    with pytest.raises(Forbidden, match="about every tenant"):
        someone("admin", "acme", "globex").may("service.admin", "acme")


@given(st.text())
@settings(max_examples=50)
def test_no_junk_is_loopback(text):
    assert is_loopback(text) in (False, text.strip("[]") == "localhost" or "1" in text)
