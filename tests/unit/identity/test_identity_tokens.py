"""Signed tokens: what is accepted, and each way in which a forged one is not."""

import json
import time

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.audit import AuditLog
from inquest.contracts.errors import RetryLater
from inquest.identity import ROLES, Authenticator, Forbidden, IdentitySettings, Principal, Unauthenticated
from inquest.identity.claims import principal_of
from inquest.testkit.forgery import forged
from inquest.testkit.issuer import AUDIENCE, ISSUER, SigningKey, claims_of, jwks
from inquest.testkit.memory import MemoryBus

RSA, OTHER, EC = SigningKey("k1"), SigningKey("k2"), SigningKey("e1", "ES256")


@pytest.fixture
def door(tmp_path):
    def make(*keys, **settings):
        (tmp_path / "jwks.json").write_text(json.dumps(jwks(*(keys or (RSA, EC)))))
        given = {"jwt_jwks": f"file:{tmp_path}/jwks.json", "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}
        return Authenticator(IdentitySettings(**given | settings), AuditLog(MemoryBus(), "api"))

    return make


async def who(door, token):
    return await door.identify(f"Bearer {token}", "10.0.0.9", "inquest.example")


async def test_a_good_token_says_who_asks(door):
    ada = Principal("ada", "jwt", "responder", frozenset({"acme", "globex"}))
    assert await who(door(), RSA.token(role="responder", tenants=["acme", "globex"])) == ada


@pytest.mark.parametrize("alg", ["RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"])
async def test_each_algorithm_that_is_configured_counts(door, alg):
    key = SigningKey("x", alg)
    assert (await who(door(key, jwt_algorithms=alg), key.token())).name == "ada"
    with pytest.raises(Unauthenticated, match="algorithm that is not accepted"):
        await who(door(key, jwt_algorithms="RS256"), key.token())


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"exp": int(time.time()) - 3600}, "expired"),
        ({"nbf": int(time.time()) + 3600}, "not valid yet"),
        ({"iat": int(time.time()) + 3600}, "not valid yet"),
        ({"exp": None}, "no claim exp"),
        ({"iat": None}, "no claim iat"),
        ({"iss": None}, "no claim iss"),
        ({"aud": None}, "no claim aud"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"aud": "another-program"}, "another audience"),
        ({"exp": "soon"}, "form is wrong"),
    ],
)
async def test_what_a_token_says_of_itself_is_checked(door, claims, says):
    with pytest.raises(Unauthenticated, match=says):
        await who(door(), RSA.token(**claims))


async def test_clocks_may_differ_a_little(door):
    now = int(time.time())
    late = RSA.token(exp=now - 10, iat=now - 100)
    assert await who(door(), late)
    with pytest.raises(Unauthenticated, match="expired"):
        await who(door(jwt_leeway_s=0), late)
    assert await who(door(), RSA.token(nbf=now + 10, iat=now + 10))


FORGED = forged(RSA, EC) | {"not base64": "e30.ü.AAAA"}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_nobody(door, token):
    with pytest.raises(Unauthenticated):
        await who(door(), token)


async def test_a_key_that_is_for_one_algorithm_is_used_with_no_other(door, tmp_path):
    made = door(jwt_algorithms="RS256,RS512")
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [RSA.jwk(alg="RS512")]}))
    with pytest.raises(Unauthenticated, match="another algorithm"):
        await who(made, RSA.token())


async def test_without_an_id_the_only_key_counts_and_of_several_none(door):
    bare = SigningKey(None)
    assert await who(door(bare), bare.token())
    assert await who(door(RSA), jwt.encode(claims_of(), RSA.private, "RS256"))
    several = door(RSA, OTHER)
    await several.check()
    with pytest.raises(Unauthenticated, match="kid"):
        await who(several, jwt.encode(claims_of(), RSA.private, "RS256"))


@pytest.mark.parametrize(
    "claims",
    [
        {"role": None},
        {"role": "king"},
        {"role": {"admin": True}},
        {"role": 3},
        {"tenants": None},
        {"tenants": []},
        {"tenants": ["Not An Id"]},
        {"tenants": ["system"]},
        {"tenants": [7]},
        {"tenants": "acme globex"},
        {"sub": None},
        {"sub": "\u202e\x1b"},
    ],
)
async def test_what_a_claim_does_not_say_is_denied(door, claims):
    with pytest.raises((Forbidden, Unauthenticated)):
        await who(door(), RSA.token(**claims))


async def test_claims_go_by_the_names_of_the_issuer(door):
    made = door(
        jwt_role_claim="realm_access.roles",
        jwt_tenants_claim="https://inquest/tenant",
        jwt_name_claim="email",
        jwt_services_claim="services",
        jwt_repositories_claim="repos",
    )
    claims = {
        "realm_access": {"roles": ["offline_access", "viewer", "responder"]},
        "https://inquest/tenant": "acme",
        "email": "ada@example.com\x1b[2J",
        "services": ["cart"],
        "repos": "*",
    }
    ada = await who(made, RSA.token(**claims))
    assert ada == Principal("ada@example.com[2J", "jwt", "responder", frozenset({"acme"}), frozenset({"cart"}))
    for missing in ("services", "repos", "email"):
        with pytest.raises(Forbidden):
            await who(made, RSA.token(**claims | {missing: None}))


WORDS = st.sampled_from(["viewer", "admin", "acme", "globex", "*", "system", "", "Not An Id", "cart"]) | st.text(
    max_size=5
)
VALUES = st.none() | st.booleans() | st.integers() | WORDS | st.lists(WORDS | st.none(), max_size=4)


@given(st.dictionaries(st.sampled_from(["sub", "role", "tenants", "services"]), VALUES))
@settings(max_examples=50)
def test_any_claims_are_somebody_with_a_role_and_a_tenant_or_nobody(claims):
    given_ = IdentitySettings(jwt_services_claim="services")
    try:
        who_ = principal_of(claims, given_)
    except Forbidden:
        return
    assert who_.role in ROLES
    assert who_.role in (claims["role"] if isinstance(claims["role"], list) else [claims["role"]])
    assert who_.tenants
    assert "system" not in who_.tenants
    assert who_.services is None or who_.services
    listed = claims["services"] if isinstance(claims["services"], list) else [claims["services"]]
    assert (who_.services is None) == ("*" in listed)


async def test_while_there_are_no_keys_a_token_waits_and_an_api_key_does_not(door, tmp_path):
    made = door()
    (tmp_path / "jwks.json").unlink()
    await made.check()  # an issuer that is away does not stop the start
    with pytest.raises(RetryLater, match="API keys work"):
        await who(made, RSA.token())
    with pytest.raises(Unauthenticated):
        await who(made, "nobody")
    with pytest.raises(Unauthenticated):
        await made.identify(None, "127.0.0.1", "localhost")  # where tokens are set up, this machine has no privilege
    await made.close()
