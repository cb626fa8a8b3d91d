"""TLS to a real nats-server, with certificates made for the test: who is believed, and what is said where not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from inquest.bus import server as server_module
from inquest.bus.bus import Bus
from inquest.bus.connection import BusUnavailable
from inquest.bus.durability import not_durable
from inquest.bus.server import NatsServer
from inquest.bus.tls import TlsFiles, TlsUnusable
from inquest.testkit.certificates import Authority, Pair

ServerOf = Callable[..., Awaitable[NatsServer]]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest_asyncio.fixture
async def server_of(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServerOf]:
    """Starts a server with a certificate; `verify` has it ask clients for theirs."""
    plain = server_module._CONFIG
    async with AsyncExitStack() as stack:

        async def start(pair: Pair | None, *, verify: bool = False, first: str = "auto") -> NatsServer:
            files = f'cert_file: "{pair.cert}", key_file: "{pair.key}", ca_file: "{authority.file}"' if pair else ""
            asked = f", verify: {str(verify).lower()}, handshake_first: {first}, timeout: 5"
            tls = f"tls {{{{ {files}{asked} }}}}\n" if pair else ""
            monkeypatch.setattr(server_module, "_CONFIG", plain + tls)
            server = NatsServer(tmp_path / "nats")
            await server.start()
            stack.push_async_callback(server.stop)
            return server

        yield start


async def refusal(server: NatsServer, tls: TlsFiles | None) -> str:
    bus = Bus(server.url, "planner", tls=tls)
    try:
        with pytest.raises(BusUnavailable) as raised:
            await bus.connect(1.5)
    finally:
        await bus.close()
    return str(raised.value)


async def test_the_right_authority_is_believed(server_of: ServerOf, authority: Authority) -> None:
    server = await server_of(authority.issue("server"))
    bus = Bus(server.url, "planner", tls=TlsFiles(ca=authority.file))
    await bus.connect()
    await bus.ping()
    server.kill()
    await server.wait()
    await server.start()
    async with asyncio.timeout(10):
        while not bus.connection.client.is_connected:  # noqa: ASYNC110 - nats-py has no event for it
            await asyncio.sleep(0.02)
    await bus.ping()  # also after a reconnect
    await bus.close()


async def test_another_authority_is_not(server_of: ServerOf, authority: Authority, tmp_path: Path) -> None:
    server = await server_of(authority.issue("server"))
    told = await refusal(server, TlsFiles(ca=Authority(tmp_path, "other").file))
    assert "its certificate is not believed" in told


async def test_an_expired_certificate_is_not(server_of: ServerOf, authority: Authority) -> None:
    server = await server_of(authority.issue("server", valid=timedelta(hours=-1)))
    assert "certificate has expired" in await refusal(server, TlsFiles(ca=authority.file))


async def test_a_certificate_of_another_host_is_not(server_of: ServerOf, authority: Authority) -> None:
    server = await server_of(authority.issue("server", address="192.0.2.1"))
    told = await refusal(server, TlsFiles(ca=authority.file))
    assert "IP address mismatch, certificate is not valid for '127.0.0.1'" in told


async def test_a_server_that_asks_for_a_certificate_gets_one(server_of: ServerOf, authority: Authority) -> None:
    server = await server_of(authority.issue("server"), verify=True)
    assert "certificate" in await refusal(server, TlsFiles(ca=authority.file))
    ours = authority.issue("planner")
    bus = Bus(server.url, "planner", tls=TlsFiles(authority.file, ours.cert, ours.key))
    await bus.connect()
    await bus.close()


async def test_no_password_goes_to_a_server_without_tls(server_of: ServerOf, authority: Authority) -> None:
    server = await server_of(None)
    assert "handshake_first: auto" in await refusal(server, TlsFiles(ca=authority.file))


async def test_without_tls_nobody_comes_in(server_of: ServerOf, authority: Authority) -> None:
    server = await server_of(authority.issue("server"))
    await refusal(server, None)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (TlsFiles(ca=Path("/nowhere/ca.crt")), "/nowhere/ca.crt: no certificates to believe: No such file"),
        (TlsFiles(cert=Path("a.crt")), "belong together"),
        (TlsFiles(cert=Path("/nowhere/a.crt"), key=Path("/nowhere/a.key")), "/nowhere/a.crt with /nowhere/a.key"),
    ],
)
def test_files_that_cannot_be_used_are_named(files: TlsFiles, told: str) -> None:
    with pytest.raises(TlsUnusable, match=told):
        Bus("nats://127.0.0.1:1", "planner", tls=files)


def test_what_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("rubbish")
    with pytest.raises(TlsUnusable, match="no certificates to believe"):
        TlsFiles(ca=tmp_path / "ca.crt").context()


async def test_whether_acks_mean_durable_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    assert await not_durable(f"http://127.0.0.1:{server.monitor_port}") is None
    await server.stop()
    with pytest.raises(OSError, match="refused"):
        await not_durable(f"http://127.0.0.1:{server.monitor_port}/")
    with pytest.raises(ValueError, match="no address of a monitoring port"):
        await not_durable("file:///etc/passwd")
    monkeypatch.setattr(server_module, "_CONFIG", server_module._CONFIG.replace("sync_interval: always", ""))
    lax = NatsServer(tmp_path / "lax")
    lax._wait_until_serving = _wait(lax)  # type: ignore[method-assign,assignment] # it would refuse itself
    await lax.start()
    try:
        assert "power cut" in str(await not_durable(f"http://127.0.0.1:{lax.monitor_port}"))
    finally:
        await lax.stop()


def _wait(server: NatsServer) -> Callable[..., Awaitable[None]]:
    async def wait(process: asyncio.subprocess.Process) -> None:
        while True:
            try:
                server._read_ports(process.pid)
                if (await asyncio.to_thread(server._varz)).get("jetstream", {}).get("config"):
                    return
            except (OSError, ValueError):
                pass
            await asyncio.sleep(0.02)

    return wait
