"""An api and a trace store that listen, keys and tokens of every role, and what two tenants have."""

import base64
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio
from inquest.api import service as api
from inquest.api.domain.routes import BY_NAME
from inquest.api.settings import Settings as ApiSettings
from inquest.contracts.latest import DeadLetter
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.gateway import service as gateway
from inquest.gateway.settings import Settings as GatewaySettings
from inquest.identity import ROLES
from inquest.identity.keys import new_key
from inquest.testkit.fixtures import until
from inquest.testkit.hosting import hosted
from inquest.testkit.issuer import AUDIENCE, ISSUER, Published, SigningKey, issuer_server
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore import service as tracestore
from inquest.tracestore.settings import Settings as StoreSettings

from tests.integration.identity.asks import ASKS, CART, SHOP

TENANTS = {"own": "acme", "other": "globex", "all": "*"}
THEIRS = InvestigationBuilder(3, "globex", "till")


@dataclass
class World:
    """What a test asks, and as whom."""

    url: str
    address: str
    issuer: Published
    keys_file: Path
    signing: SigningKey
    second: SigningKey
    channel: grpc.aio.Channel
    http: httpx.AsyncClient
    bus: Any
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def key(self, role: str, tenant: str, **options: str) -> str:
        """Return a key, made when it is first asked for."""
        known = (role, tenant + str(sorted(options.items())))
        if known not in self.keys:
            token, key = new_key(role, [tenant], {"name": f"{role}-{len(self.keys)}", **options})
            self.keys_file.write_text(f"{self.keys_file.read_text()}{key.line()}\n")
            self.keys[known] = token
        return self.keys[known]

    async def ask(self, name: str, token: str | None, tenant: str | None = "acme", **path: str) -> int:
        """Return the HTTP status of one operation; of a stream as soon as it begins."""
        return (await self.answer(name, token, tenant, **path)).status_code

    async def answer(self, name: str, token: str | None, tenant: str | None = "acme", **path: str) -> httpx.Response:
        """Return the HTTP answer of one operation; of a stream its head."""
        row, asked = BY_NAME[name], ASKS[name]
        request = self.http.build_request(
            row.method,
            row.path.format(**{**asked.path, **path}),
            params={"tenant": tenant} if tenant else {},
            json=asked.body,
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )
        answer = await self.http.send(request, stream=True)
        if "text/event-stream" not in answer.headers.get("content-type", ""):
            await answer.aread()
        await answer.aclose()
        return answer

    async def call(self, name: str, token: str | None, tenant: str | None = "acme", **fields: Any) -> grpc.StatusCode:
        """Return the gRPC status of one operation; of a stream as soon as it begins."""
        service, _, method = BY_NAME[name].rpc.partition(".")
        request = type(ASKS[name].rpc)()
        request.CopyFrom(ASKS[name].rpc)
        request.tenant = tenant or ""
        for field_name, value in fields.items():
            setattr(request, field_name, value)
        stub = getattr(rpc, f"{service}Stub")(self.channel)
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        call = getattr(stub, method)(request, metadata=metadata)
        try:
            if BY_NAME[name].answer is None:
                await call.wait_for_connection()
                call.cancel()
                return grpc.StatusCode.OK
            await call
        except grpc.aio.AioRpcError as error:
            self.refusal = error
            return error.code()
        return grpc.StatusCode.OK


def letter(subject: str, seq: int) -> DeadLetter:
    return DeadLetter(
        subject=subject,
        stream="INGEST",
        stream_seq=seq,
        consumer="intake-deliveries",
        reason="no",
        error_type="Impossible",
        deliveries=3,
        dead_at=datetime.now(UTC),
        headers={},
        payload_base64=base64.b64encode(b"{}").decode(),
    )


@pytest.fixture
def rates() -> str:
    """How often each may ask; so often that the matrix is never held up."""
    return ",".join(f"{role}=10000" for role in ROLES)


@pytest_asyncio.fixture
async def world(bus, nats_server, tmp_path, rates):
    signing, second = SigningKey("k1"), SigningKey("e1", "ES256")
    shared = {"nats_url": nats_server.url, "data_dir": tmp_path}
    _, unused = new_key("viewer", ["acme"], {})
    (tmp_path / "keys").write_text(unused.line() + "\n")
    async with AsyncExitStack() as stack:
        issuer = await stack.enter_async_context(issuer_server(tmp_path))
        issuer.keys(signing, second)
        settings = ApiSettings(
            **shared,
            api_tokens_ref=f"file:{tmp_path}/keys",
            api_rates=rates,
            jwt_jwks=issuer.url,
            jwt_ca_file=issuer.ca_file,
            jwt_issuer=ISSUER,
            jwt_audience=AUDIENCE,
        )
        await stack.enter_async_context(hosted("tracestore", tracestore.build, StoreSettings(**shared)))
        await stack.enter_async_context(hosted("gateway", gateway.build, GatewaySettings(**shared)))
        host = await stack.enter_async_context(hosted("api", api.build, settings))
        for item in (*CART.messages(), *SHOP.messages(), *THEIRS.messages()):
            await bus.publish(item.subject, item.message, **item.keys)
        await bus.bury(letter("ingest.generic.acme", 1))
        await bus.bury(letter("ingest.generic.globex", 2))
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(host.grpc_address))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=host.http.url, trust_env=False))
        made = World(host.http.url, host.grpc_address, issuer, tmp_path / "keys", signing, second, channel, http, bus)
        viewer = made.key("viewer", "*")

        async def stored() -> bool:
            each = ((CART, "acme"), (SHOP, "acme"), (THEIRS, "globex"))
            statuses = [
                await made.ask("get_incident", viewer, tenant, incident_id=one.incident_id) for one, tenant in each
            ]
            notices = await made.answer("list_notices", viewer, "globex")
            return statuses == [200, 200, 200] and len(notices.json()["notices"]) == 1

        await until(stored)
        yield made
