"""The keys of an issuer, over real TLS: fetched once, kept while it is away, never from elsewhere."""

import asyncio
import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import RetryLater
from inquest.identity import Unauthenticated
from inquest.identity.jwks import AGE_S_MAX, BYTES_MAX, FLOOR_S, KEYS_MAX, Jwks, parse_jwks
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.issuer import SigningKey, issuer_server, jwks
from structlog.testing import capture_logs

OLD, NEW, WEAK, EC = SigningKey("old"), SigningKey("new"), SigningKey("weak", bits=1024), SigningKey("ec", "ES256")


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
async def issuer(tmp_path):
    async with issuer_server(tmp_path) as published:
        published.keys(OLD)
        yield published


@pytest.fixture
async def source(issuer):
    clock = Clock()
    made = Jwks(issuer.url, issuer.ca_file, clock)
    made.clock = clock
    yield made
    await made.close()


async def test_a_rotated_key_is_fetched_once_for_all_who_bring_it(issuer, source):
    await source.refresh()
    assert (await source.key("old")).serves("RS256")
    issuer.keys(OLD, NEW)
    source.clock.now += FLOOR_S
    found = await asyncio.gather(*(source.key("new") for _ in range(50)))
    assert len(set(map(id, found))) == 1
    assert issuer.asked == 2


async def test_unknown_ids_cannot_make_it_fetch_all_the_time(issuer, source):
    await source.refresh()
    for number in range(100):
        with pytest.raises(Unauthenticated, match="does not publish"):
            await source.key(f"made-up-{number}")
    assert issuer.asked == 1
    source.clock.now += FLOOR_S
    for number in range(100):
        with pytest.raises(Unauthenticated):
            await source.key(f"made-up-{number}")
    assert issuer.asked == 2


async def test_down_at_start_and_back(issuer, source):
    issuer.head = "503 Service Unavailable"
    await source.refresh()
    with pytest.raises(RetryLater, match="API keys work"):
        await source.key("old")
    issuer.head = "200 OK"
    with pytest.raises(RetryLater):
        await source.key("old")  # not before the floor
    source.clock.now += FLOOR_S
    assert await source.key("old")


@pytest.mark.parametrize("head", ["500 Oops", "404 Not Found", "204 No Content"])
async def test_known_keys_stay_while_the_issuer_is_away(issuer, source, head):
    await source.refresh()
    issuer.head, issuer.body = head, b""
    source.clock.now += 10 * AGE_S_MAX
    assert await source.key("old")
    await source.refresh()
    assert await source.key("old")


async def test_a_withdrawn_key_ends_beside_the_requests(issuer, source):
    await source.refresh()
    issuer.keys(NEW)
    issuer.goes_on.clear()
    source.clock.now += AGE_S_MAX
    assert await source.key("old")  # nobody waits for the fetch
    issuer.goes_on.set()
    await source.refresh()
    with pytest.raises(Unauthenticated):
        await source.key("old")
    assert await source.key("new")


async def test_a_redirect_is_not_followed(issuer, source, tmp_path):
    (tmp_path / "other").mkdir()
    async with issuer_server(tmp_path / "other") as elsewhere:
        elsewhere.keys(NEW)
        issuer.head = f"302 Found\r\nlocation: {elsewhere.url}"
        await source.refresh()
        assert elsewhere.asked == 0
    with pytest.raises(RetryLater):
        await source.key("new")


@pytest.mark.parametrize("host", ["0.0.0.0", "169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"])
async def test_where_nothing_may_be_asked_no_keys_are_fetched(issuer, host):
    source = Jwks(f"https://{host}:{issuer.url.rpartition(':')[2]}", issuer.ca_file)
    with capture_logs() as logs:
        await source.refresh()
    with pytest.raises(RetryLater):
        await source.key("old")
    assert "where nothing may be asked" in logs[0]["reason"]
    await source.close()


async def test_a_proxy_of_the_environment_is_asked_as_before(issuer, monkeypatch, tmp_path):
    """It finds names itself, so there is nothing to check here."""
    async with Backend().listening() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        source = Jwks("https://issuer.example.com/keys", issuer.ca_file)
        proxy.replies = [Reply(403)]
        await source.refresh()
        assert [one.method for one in proxy.received] == ["CONNECT"]
        await source.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"oops",
        b'{"keys": ' + b"[" * 100_000,
        b"[]",
        b'{"keys": 7}',
        b'{"keys": []}',
        b'{"keys": ["x", null, {"kid": 7}]}',
        b" " * BYTES_MAX + b"{}",
    ],
)
async def test_what_is_no_key_set_changes_nothing(issuer, source, body):
    await source.refresh()
    issuer.body = body
    await source.refresh()
    assert await source.key("old")


async def test_a_server_that_nobody_vouches_for_is_not_believed(issuer):
    source = Jwks(issuer.url, None)
    await source.refresh()
    with pytest.raises(RetryLater):
        await source.key("old")


async def test_one_that_does_not_answer_holds_nobody_up_for_long(issuer, source, monkeypatch):
    monkeypatch.setattr("inquest.identity.jwks.FETCH_S_MAX", 0.05)
    issuer.goes_on.clear()
    with pytest.raises(RetryLater):
        await source.key("old")


async def test_a_file_is_read_anew(tmp_path):
    (tmp_path / "jwks.json").write_text(json.dumps(jwks(OLD)))
    clock = Clock()
    source = Jwks(f"file:{tmp_path}/jwks.json", None, clock)
    assert await source.key("old")
    (tmp_path / "jwks.json").write_text(json.dumps(jwks(NEW)))
    clock.now += FLOOR_S
    assert await source.key("new")
    (tmp_path / "jwks.json").write_text(" " * (BYTES_MAX + 1))
    await source.refresh()
    assert await source.key("new")


def test_only_keys_that_may_check_signatures_are_taken():
    offered = [
        OLD.jwk(),
        EC.jwk(use="sig", key_ops=["verify"]),
        WEAK.jwk(),
        SigningKey("enc").jwk(use="enc"),
        SigningKey("ops").jwk(key_ops=["encrypt"]),
        {"kty": "oct", "kid": "secret", "k": "AAAA"},
        {"kty": "RSA", "kid": "half", "n": "AQAB"},
        {"kty": "EC", "kid": "curve", "crv": "P-256", "x": "AQ", "y": "AQ"},
        {"kty": "EC", "kid": "other", "crv": "secp256k1", "x": "AQ", "y": "AQ"},
        {**SigningKey("other").jwk(), "kid": "old"},  # the first of two counts
        {"kid": "x" * 300, "kty": "RSA"},
        {"kid": "odd", "kty": ["RSA"], "crv": {}, "key_ops": 7, "alg": None},
    ]
    found = parse_jwks(json.dumps({"keys": offered}).encode())
    assert set(found) == {"old", "ec"}
    assert found["old"].key.public_numbers() == OLD.private.public_key().public_numbers()
    assert found["ec"].serves("ES256")
    assert not found["ec"].serves("RS256")
    assert not found["old"].serves("ES256")


def test_a_private_key_that_was_published_is_taken_as_public():
    import jwt

    private = json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(OLD.private))
    found = parse_jwks(json.dumps({"keys": [{**private, "kid": "old", "key_ops": ["verify"]}]}).encode())
    assert not hasattr(found["old"].key, "private_numbers")


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))


@given(st.lists(st.dictionaries(st.sampled_from(["kty", "kid", "crv", "n", "e", "x", "y", "use", "key_ops"]), JSON)))
@settings(max_examples=50)
def test_any_entries_beside_a_good_one_leave_it_good(entries):
    found = parse_jwks(json.dumps({"keys": [*entries[: KEYS_MAX - 1], OLD.jwk()]}).encode())
    assert found["old"].serves("RS256")


def test_a_set_is_bounded():
    with pytest.raises(ValueError, match="at most"):
        parse_jwks(json.dumps({"keys": [{}] * (KEYS_MAX + 1)}).encode())


@pytest.fixture(autouse=True)
def _quiet():
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # handshakes that end early are what is tested
