"""The client of all HTTP providers, on real sockets. What sources do wrong is in the conformance suite."""

import asyncio
import base64
import gzip
import json
import time
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from inquest.config.egress import GuardedBackend, Refused
from inquest.config.http_section import HttpSettings
from inquest.config.kinds.prometheus import PrometheusSettings
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.http_clients import HttpClients, key_of
from inquest.gateway.domain.addresses import Reach
from inquest.gateway.ports import Context, ProviderError
from inquest.testkit.backends import Backend, Received, Reply


def context(left_s: float = 10.0, bytes_max: int = 1_000_000) -> Context:
    return Context("acme", "logs", time.monotonic() + left_s, bytes_max)


@asynccontextmanager
async def client(url: str, **settings: object):
    made = HttpClient(HttpSettings.model_validate({"url": url, **settings}))
    try:
        yield made
    finally:
        await made.aclose()


@pytest.fixture
async def backend():
    async with Backend().listening() as listening:
        yield listening


@pytest.fixture
def secret(tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_SECRET", "s3cret")
    return "env:TEST_SECRET"


async def test_an_answer_comes_with_what_was_asked(backend):
    backend.replies = [Reply(body={"a": 1}), Reply(body={"b": 2})]
    async with client(backend.url + "/base/") as http:
        assert await http.json("GET", "/x", context(), params={"q": ["1", "2"]}, headers={"X-A": "b"}) == {"a": 1}
        assert await http.json("POST", "/y", context(), json={"deep": [1]}) == {"b": 2}
    first, second = backend.received
    assert (first.path, first.query, first.headers["x-a"]) == ("/base/x", {"q": ["1", "2"]}, "b")
    assert (second.path, second.json()) == ("/base/y", {"deep": [1]})


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"kind": "bearer", "token": "env:TEST_SECRET"}, "authorization", "Bearer s3cret"),
        (
            {"kind": "basic", "user": "ann", "password": "env:TEST_SECRET"},
            "authorization",
            "Basic " + base64.b64encode(b"ann:s3cret").decode(),
        ),
        ({"kind": "header", "value": "env:TEST_SECRET"}, "x-api-key", "s3cret"),
        (
            {"kind": "header", "name": "Authorization", "prefix": "Token token=", "value": "env:TEST_SECRET"},
            "authorization",
            "Token token=s3cret",
        ),
    ],
)
@pytest.mark.usefixtures("secret")
async def test_credentials_are_shown_as_the_source_wants_them(backend, auth, header, value):
    async with client(backend.url, auth=auth) as http:
        await http.ask("GET", "/", context())
    assert backend.received[0].headers[header] == value


async def test_a_missing_secret_is_told_before_anything_is_asked(backend):
    async with client(backend.url, auth={"kind": "bearer", "token": "env:NOT_THERE"}) as http:
        with pytest.raises(ProviderError, match="NOT_THERE") as failed:
            await http.ask("GET", "/", context())
    assert (failed.value.kind, backend.received) == ("auth", [])


class Guard:
    """Gives out tokens, and takes the newest alone."""

    def __init__(self, path: str, body: dict) -> None:
        self.path, self.body = path, body
        self.given = 0

    def __call__(self, received: Received) -> Reply:
        if received.path == self.path:
            self.given += 1
            return Reply(body={name: f"t{self.given}" if value is None else value for name, value in self.body.items()})
        return Reply(200 if received.headers["authorization"] == f"Bearer t{self.given}" else 401)


async def test_an_oauth_token_is_fetched_once_kept_and_fetched_anew_when_refused(backend, secret):
    guard = backend.serve = Guard("/token", {"access_token": None, "expires_in": 3600})
    auth = {"kind": "oauth-client", "token_url": backend.url + "/token", "client_id": "us", "client_secret": secret}
    async with client(backend.url, auth=auth | {"scope": "read"}) as http:
        await asyncio.gather(*(http.ask("GET", "/x", context()) for _ in range(3)))
        assert guard.given == 1
        guard.given = 7  # what was given is revoked
        await http.ask("GET", "/x", context())
    assert guard.given == 8
    form = backend.received[0].body.decode()
    assert form == "grant_type=client_credentials&client_id=us&client_secret=s3cret&scope=read"


@pytest.mark.parametrize("reply", [Reply(401), Reply(body={"no": "token"}), Reply(body=[])])
async def test_who_gets_no_token_is_told(backend, secret, reply):
    backend.serve = lambda _: reply
    auth = {"kind": "oauth-client", "token_url": backend.url + "/token", "client_id": "us", "client_secret": secret}
    async with client(backend.url, auth=auth) as http:
        with pytest.raises(ProviderError) as failed:
            await http.ask("GET", "/x", context())
    assert failed.value.kind == "auth"
    assert len(backend.received) == 1


def pem(key) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def app(monkeypatch, text: str) -> dict:
    monkeypatch.setenv("APP_KEY", text)
    return {"kind": "github-app", "app_id": 12, "installation_id": 34, "private_key": "env:APP_KEY"}


async def test_a_github_app_signs_for_its_token(backend, monkeypatch):
    key = rsa.generate_private_key(65537, 2048)
    backend.serve = Guard("/app/installations/34/access_tokens", {"token": None})
    async with client(backend.url, auth=app(monkeypatch, pem(key))) as http:
        await http.ask("GET", "/repos", context())
    signed, _, signature = backend.received[0].headers["authorization"].removeprefix("Bearer ").rpartition(".")
    key.public_key().verify(unpadded(signature), signed.encode(), PKCS1v15(), hashes.SHA256())
    claims = json.loads(unpadded(signed.partition(".")[2]))
    assert claims["iss"] == "12"
    assert claims["exp"] - claims["iat"] <= 600


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    ("text", "says"), [("no key", "private key in PEM"), (pem(ec.generate_private_key(ec.SECP256R1())), "RSA key")]
)
async def test_a_key_that_is_none_is_told(backend, monkeypatch, text, says):
    async with client(backend.url, auth=app(monkeypatch, text)) as http:
        with pytest.raises(ProviderError, match=says) as failed:
            await http.ask("GET", "/", context())
    assert failed.value.kind == "auth"


async def test_a_redirect_within_the_origin_is_followed_and_credentials_stay_there(secret):
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(Backend().listening())
        other = await stack.enter_async_context(Backend().listening())
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        home.replies = [
            Reply(301, headers={"location": "/new?x=1"}),
            Reply(body={"here": True}),
            Reply(302, headers={"location": elsewhere + "/there"}),
        ]
        auth = {"kind": "bearer", "token": secret}
        http = await stack.enter_async_context(client(home.url, auth=auth, redirect_hosts=["LOCALHOST"]))
        assert await http.json("GET", "/old", context(), params={"q": "1"}) == {"here": True}
        assert [(one.path, one.query) for one in home.received] == [("/old", {"q": ["1"]}), ("/new", {"x": ["1"]})]
        await http.ask("GET", "/away", context())
        assert "authorization" in home.received[-1].headers
        assert "authorization" not in other.received[0].headers
        home.replies = [Reply(302, headers={"location": "/again"})]
        with pytest.raises(ProviderError, match="redirects to"):
            await http.ask("POST", "/write", context(), form={"a": "b"})


async def test_packed_answers_are_unpacked_and_count_in_full(backend):
    backend.serve = lambda _: Reply(
        body=gzip.compress(b'["' + b"x" * 200_000 + b'"]'), headers={"content-encoding": "gzip"}
    )
    async with client(backend.url) as http:
        asked = context()
        assert len((await http.json("GET", "/", asked))[0]) == 200_000
        assert asked.bytes_read == 200_004
        with pytest.raises(ProviderError, match="more than 100000 bytes"):
            await http.ask("GET", "/", context(bytes_max=100_000))


async def test_what_refuses_a_request_says_why(backend):
    backend.serve = lambda _: Reply(400, b"parse error at line 1\n\x00", {"content-type": "text/plain"})
    async with client(backend.url) as http:
        with pytest.raises(ProviderError, match="answers 400: parse error at line 1") as failed:
            await http.ask("GET", "/", context())
        assert failed.value.kind == "malformed"
        assert (await http.ask("GET", "/", context(), allow=frozenset({400}))).status == 400


async def test_few_requests_are_under_way_at_once(backend):
    most = now = 0
    gate = asyncio.Event()

    async with client(backend.url, requests_at_once_max=2) as http:
        real = http._follow

        async def counted(*asked):
            nonlocal most, now
            now += 1
            most = max(most, now)
            await gate.wait()
            now -= 1
            return await real(*asked)

        http._follow = counted
        calls = [asyncio.ensure_future(http.ask("GET", "/", context())) for _ in range(6)]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*calls)
    assert (most, len(backend.received)) == (2, 6)


async def test_a_name_that_leads_elsewhere_is_not_connected_to(monkeypatch):
    async def resolved(*_asked, **_told):
        return [(2, 1, 6, "", ("169.254.169.254", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved, raising=False)
    guard = GuardedBackend(Reach(frozenset({"api.example.com"})).refusal)
    with pytest.raises(Refused, match=r"private address 10\.0\.0\.1"):
        await guard.connect_tcp("api.example.com", 80)
    with pytest.raises(Refused):
        await guard.connect_unix_socket("/run/docker.sock")
    async with client("http://api.example.com") as http:
        with pytest.raises(ProviderError, match="leads to") as failed:
            await http.ask("GET", "/", context())
    assert failed.value.kind == "unreachable"


async def test_a_name_that_nobody_knows_is_unreachable():
    async with client("http://nobody.invalid") as http:
        with pytest.raises(ProviderError, match=r"not known|cannot be reached") as failed:
            await http.ask("GET", "/", context())
    assert failed.value.kind == "unreachable"


async def test_clients_are_shared_kept_and_closed(backend):
    clients = HttpClients()
    one = HttpSettings.model_validate({"url": backend.url})
    two = HttpSettings.model_validate({"url": backend.url, "requests_at_once_max": 2})
    assert clients.get(one) is clients.get(one.model_copy())
    assert clients.get(one) is not clients.get(two)
    old = clients.get(two)
    clients.keep([one])
    assert (await old.ask("GET", "/", context())).status == 200  # calls that began before
    assert clients.get(two) is not old
    await clients.aclose()
    with pytest.raises(RuntimeError):
        await old.ask("GET", "/", context())
    assert key_of(one) != key_of(two)


def test_short_settings_share_the_client_of_what_they_are_short_for():
    asked = {"url": "http://10.0.0.1:9090", "queries": [{"metric": "up", "promql": "up"}]}
    short = PrometheusSettings.model_validate({**asked, "bearer_token": "env:TOKEN"})
    long = PrometheusSettings.model_validate({**asked, "auth": {"kind": "bearer", "token": "env:TOKEN"}})
    assert key_of(short.spelt_out()) == key_of(long.spelt_out()) != key_of(short)
