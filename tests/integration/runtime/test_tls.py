"""TLS of HTTP and gRPC with certificates made for each test."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, STDOUT
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest
import trustme
from grpc_health.v1 import health_pb2, health_pb2_grpc
from inquest.api.adapters.tracestore import TraceStoreClient
from inquest.api.settings import Settings as ApiSettings
from inquest.cli.tlscheck import trouble
from inquest.contracts.errors import InquestError, RetryLater
from inquest.runtime.settings import ServiceSettings
from inquest.runtime.tls import TlsSettings, channel, client_context


class Authority:
    """Signs certificates into files: `INQUEST_TLS_*` as a service or the command has them."""

    def __init__(self, folder: Path, name: str) -> None:
        self.ca = trustme.CA()
        self.folder = folder
        self.ca_file = folder / f"{name}-ca.pem"
        self.ca.cert_pem.write_to_path(str(self.ca_file))

    def pair(self, name: str, *, days: int = 1, host: str = "127.0.0.1") -> dict[str, Path]:
        made = self.ca.issue_cert(host, "localhost", not_after=datetime.now(UTC) + timedelta(days=days))
        cert, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        for path, blobs in ((cert, made.cert_chain_pems), (key, [made.private_key_pem])):
            part = path.with_suffix(".part")
            part.write_bytes(b"".join(blob.bytes() for blob in blobs))
            part.replace(path)
        return {"tls_cert_file": cert, "tls_key_file": key}


@pytest.fixture
def ours(tmp_path):
    return Authority(tmp_path, "ours")


@pytest.fixture
def theirs(tmp_path):
    return Authority(tmp_path, "theirs")


async def grpc_ok(address: str, settings: TlsSettings) -> bool:
    async with channel(address, settings) as opened:
        try:
            await health_pb2_grpc.HealthStub(opened).Check(health_pb2.HealthCheckRequest(), timeout=3)
        except grpc.aio.AioRpcError as error:
            return error.code() is not grpc.StatusCode.UNAVAILABLE
        return True


async def http_ok(url: str, settings: TlsSettings) -> bool:
    async with httpx.AsyncClient(verify=client_context(settings) or True, trust_env=False) as http:
        try:
            return (await http.get(f"{url}/livez")).status_code == 200
        except httpx.TransportError:
            return False


async def test_both_doors_speak_tls_and_no_plain_text(start, ours, theirs):
    host = await start("verifier", **ours.pair("server"))
    assert host.http.url.startswith("https://")
    for trusted, is_let_in in ((ours.ca_file, True), (theirs.ca_file, False), (None, False)):
        settings = TlsSettings(tls_ca_file=trusted)
        assert await grpc_ok(host.grpc_address, settings) is is_let_in
        assert await http_ok(host.http.url, settings) is is_let_in
    assert not await http_ok(host.http.url.replace("https", "http"), TlsSettings())


async def test_clients_show_a_certificate_of_the_authority_that_is_valid(start, ours, theirs):
    host = await start("verifier", **ours.pair("server"), tls_client_ca_file=ours.ca_file)
    for pair, is_let_in in (
        (ours.pair("client"), True),
        ({}, False),
        (theirs.pair("stranger"), False),
        (ours.pair("late", days=-1), False),
    ):
        settings = TlsSettings(tls_ca_file=ours.ca_file, **pair)
        assert await grpc_ok(host.grpc_address, settings) is is_let_in, pair
        assert await http_ok(host.http.url, settings) is is_let_in, pair


async def test_http_may_be_exempt_and_grpc_is_not(start, ours):
    exempt = {"tls_client_ca_file": ours.ca_file, "tls_http_clients": "anyone"}
    host = await start("verifier", **ours.pair("server"), **exempt)
    anyone = TlsSettings(tls_ca_file=ours.ca_file)
    assert await http_ok(host.http.url, anyone)
    assert not await grpc_ok(host.grpc_address, anyone)


async def test_a_server_that_expired_is_not_believed(start, ours):
    host = await start("verifier", **ours.pair("server", days=-1))
    settings = TlsSettings(tls_ca_file=ours.ca_file)
    assert not await grpc_ok(host.grpc_address, settings)
    assert not await http_ok(host.http.url, settings)


async def test_files_that_change_count_with_the_next_handshake(start, ours, theirs):
    pair = ours.pair("server")
    host = await start("verifier", **pair, tls_client_ca_file=ours.ca_file)
    before = TlsSettings(tls_ca_file=ours.ca_file, **ours.pair("client"))
    assert await grpc_ok(host.grpc_address, before)
    assert await http_ok(host.http.url, before)

    pair["tls_key_file"].write_text("half of a rotation")  # what does not fit together is not taken
    assert await grpc_ok(host.grpc_address, before)
    assert await http_ok(host.http.url, before)

    theirs.pair("server")  # another authority signs, also for clients
    ours.ca_file.with_suffix(".old").write_bytes(ours.ca_file.read_bytes())
    theirs.ca.cert_pem.write_to_path(str(ours.ca_file))
    after = TlsSettings(tls_ca_file=theirs.ca_file, **theirs.pair("other"))
    assert await grpc_ok(host.grpc_address, after)
    assert await http_ok(host.http.url, after)
    old = before.model_copy(update={"tls_ca_file": ours.ca_file})
    assert not await grpc_ok(host.grpc_address, old)  # its certificate is of an authority that counts no more
    assert not await http_ok(host.http.url, old)


async def test_the_api_reads_the_trace_store_over_tls(start, ours, tmp_path):
    mutual = {**ours.pair("server"), "tls_client_ca_file": ours.ca_file}
    await start("tracestore", **mutual)
    reader = TraceStoreClient(ApiSettings(data_dir=tmp_path, tls_ca_file=ours.ca_file, **ours.pair("api")))
    await reader.ping()
    ours.pair("api")  # rotated: dialled anew
    await reader.ping()
    await reader.close()
    for wrong in ({}, {"tls_ca_file": ours.ca_file}):
        stranger = TraceStoreClient(ApiSettings(data_dir=tmp_path, **wrong))
        with pytest.raises(RetryLater, match="does not answer"):
            await stranger.ping()
        await stranger.close()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"tls_cert_file": "server.pem"}, "set both"),
        ({"tls_client_ca_file": "ours-ca.pem"}, "needs INQUEST_TLS_CERT_FILE"),
        ({"tls_cert_file": "server.pem", "tls_key_file": "gone"}, "no certificate with its key"),
        ({"tls_cert_file": "server.pem", "tls_key_file": "other.key"}, "no certificate with its key"),
        (
            {"tls_cert_file": "server.pem", "tls_key_file": "server.key", "tls_client_ca_file": "server.key"},
            "no certificate of an authority",
        ),
    ],
)
async def test_files_that_cannot_be_used_stop_the_start(start, ours, tmp_path, given, says):
    ours.pair("server")
    ours.pair("other")
    with pytest.raises(InquestError, match=says):
        await start("verifier", **{name: tmp_path / path for name, path in given.items()})


async def inquest(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the command as a person does; its exit status and what it said."""
    command = Path(sys.executable).parent / "inquest"
    process = await asyncio.create_subprocess_exec(command, *arguments, cwd=folder, stdout=PIPE, stderr=STDOUT)
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


@pytest.mark.slow
async def test_the_command_says_what_is_wrong(start, ours, theirs, tmp_path):
    secured = await start("verifier", **ours.pair("server"), tls_client_ca_file=ours.ca_file)
    plain = await start("worker")
    client = ours.pair("client")
    for address, given, said in (
        (secured.grpc_address, {"tls_ca_file": ours.ca_file, **client}, ""),
        (secured.grpc_address, {}, "speaks TLS: set INQUEST_TLS_CA_FILE"),
        (secured.grpc_address, {"tls_ca_file": ours.ca_file}, "does not accept our certificate: set INQUEST_TLS_CERT"),
        (secured.grpc_address, {"tls_ca_file": ours.ca_file, **theirs.pair("x")}, "does not accept our certificate"),
        (secured.grpc_address, {"tls_ca_file": ours.ca_file, **ours.pair("late", days=-1)}, "does not accept"),
        (secured.grpc_address, {"tls_ca_file": theirs.ca_file, **client}, "its certificate is not believed"),
        (secured.http.url.rpartition("/")[2], {"tls_ca_file": ours.ca_file, **client}, ""),
        (secured.http.url.rpartition("/")[2], {"tls_ca_file": ours.ca_file}, "does not accept our certificate"),
        (plain.grpc_address, {"tls_ca_file": ours.ca_file}, "speaks plain text"),
        (plain.grpc_address, {}, ""),
        ("127.0.0.1:1", {}, ""),
    ):
        found = await asyncio.to_thread(trouble, address, TlsSettings(**given))
        assert (found.startswith(said), bool(found)) == (True, bool(said)), (address, given, found)
    for arguments in (
        ("admin", "verifier", "health", "--addr", secured.grpc_address),
        ("list", "--api-url", secured.http.url.replace("https", "http")),
    ):
        status, out = await inquest(tmp_path, *arguments)
        assert (status, "speaks TLS: set INQUEST_TLS_CA_FILE" in out) == (1, True), out


async def test_settings_that_are_not_set_change_nothing(start, tmp_path):
    host = await start("verifier")
    assert ServiceSettings().files() is None
    assert host.http.url.startswith("http://")
    assert json.loads((tmp_path / "run" / "verifier.json").read_text())["tls"] is False
    assert client_context(TlsSettings()) is None
