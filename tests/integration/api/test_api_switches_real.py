"""A domain is promoted and rolled back over the api, by a gateway that runs; the audit says who."""

import httpx
from inquest.api import service as api
from inquest.api.settings import Settings as ApiSettings
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import Query, ToolRequest, Window
from inquest.contracts.subjects import AUDIT_RECORDED, TOOL_CALL
from inquest.contracts.topology import CONFIG
from inquest.gateway import service as gateway
from inquest.gateway.settings import Settings as GatewaySettings
from inquest.packs import PackMeta, TimeRange, write_pack
from inquest.testkit.hosting import hosted

BASE = 1_772_373_600.0
WINDOW = Window.model_validate({"start": BASE, "end": BASE + 600})


def source(folder, name, side):
    path = write_pack(
        folder / name,
        meta=PackMeta(id=name, title="t", window=TimeRange(BASE, BASE + 600)),
        signal={"source": "generic", "body": {}},
        logs=[{"time": BASE + 1, "service": "cart", "message": "slow"}],
    )
    return {"name": name, "kind": "pack", "domains": ["logs"], "side": side, "settings": {"path": str(path)}}


async def test_a_domain_is_switched_over_http(bus, nats_server, tmp_path):
    providers = [source(tmp_path, "loki", "external"), source(tmp_path, "ours", "internal")]
    config = Config.model_validate({"tenants": {"acme": {"providers": providers}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", WINDOW.start)
    shared = {"nats_url": nats_server.url, "data_dir": tmp_path}
    async with (
        hosted("gateway", gateway.build, GatewaySettings(**shared)),
        hosted("api", api.build, ApiSettings(**shared)) as host,
        httpx.AsyncClient(base_url=host.http.url, trust_env=False, params={"tenant": "acme"}) as http,
    ):

        async def answered_by(step):
            given = {"tenant": "acme", "investigation_id": "inv", "step_id": step, "domain": "logs"}
            request = ToolRequest(**given, query=Query(window=WINDOW))
            return (await bus.request(TOOL_CALL, request, timeout_s=30, domain="logs", tenant="acme")).provider

        async def switch(domain="logs", **body):
            return await http.post(f"/v1/switches/{domain}", json=body)

        assert await answered_by("before") == "loki"
        promoted = await switch(action="promote", reason="compared")
        assert (promoted.status_code, promoted.json()["now"]["use"]) == (200, "internal")
        assert await answered_by("promoted") == "ours"
        [one] = (await http.get("/v1/switches")).json()["standings"]
        assert (one["domain"], one["origin"], one["external"], one["switch"]["by"]) == (
            "logs",
            "command",
            ["loki"],
            "local",
        )
        assert (await http.get("/v1/switches", params={"domain": "chat"})).json() == {"standings": []}
        assert (await switch(action="rollback", to="configured")).status_code == 200
        assert await answered_by("back") == "loki"
        nonsense = await switch(action="rollback")
        assert (nonsense.status_code, "nothing to roll back" in nonsense.text) == (400, True)
        assert (await switch("tickets", action="promote")).status_code == 400
        assert (await switch("weather", action="promote")).status_code == 404
        assert (await switch(action="promote", percent=101)).status_code == 400
    records = [stored.message for stored in await bus.read(AUDIT_RECORDED, tenant="acme")]
    found = [(one.action, one.by, one.reason) for one in records if one.action.startswith("provider-")]
    assert found == [("provider-promoted", "local", "compared"), ("provider-rolled-back", "local", "")]
