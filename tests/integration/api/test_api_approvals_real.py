"""A write waits, a person approves it by the command over the api, and a gateway started since then makes it once."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from inquest.api import service as api
from inquest.api.settings import Settings as ApiSettings
from inquest.cli.main import app
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import Query, ToolRequest, Window
from inquest.contracts.subjects import AUDIT_RECORDED, TOOL_CALL
from inquest.contracts.topology import CONFIG
from inquest.gateway import service as gateway
from inquest.gateway.settings import Settings as GatewaySettings
from inquest.testkit.desk import Desk
from inquest.testkit.hosting import hosted
from typer.testing import CliRunner

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
MAY_WRITE = '@id("desk-may-write") permit (principal, action == Action::"write", resource);'


async def write(bus, text="open a ticket"):
    request = ToolRequest(
        tenant="acme",
        investigation_id="inv",
        step_id="step",
        domain="tickets",
        query=Query(window=Window(start=T0, end=T0), text=text),
        access="write",
    )
    return await bus.request(TOOL_CALL, request, timeout_s=30, domain="tickets", tenant="acme")


@pytest.mark.parametrize("decision", ["give", "refuse"])
@pytest.mark.slow
async def test_a_person_decides_about_a_write(bus, nats_server, tmp_path, decision):
    desk = Desk(tmp_path)
    tenants = {"acme": {"providers": [desk.provider()], "policy": {"text": MAY_WRITE}}}
    await ConfigStore(bus.kv(CONFIG)).apply(Config.model_validate({"tenants": tenants}), "test", T0)
    shared = {"nats_url": nats_server.url, "data_dir": tmp_path}
    async with hosted("gateway", gateway.build, GatewaySettings(**shared)):
        asked = await write(bus)
    assert (asked.status, desk.written) == ("refused", [])
    async with (
        hosted("gateway", gateway.build, GatewaySettings(**shared)),
        hosted("api", api.build, ApiSettings(**shared)) as host,
        httpx.AsyncClient(base_url=host.http.url, trust_env=False) as http,
    ):

        async def command(*words):
            options = ["--tenant", "acme", "--api-url", host.http.url]
            return await asyncio.to_thread(CliRunner().invoke, app, ["approval", *words, *options])

        listed = await command("list")
        assert f"{asked.approval_id}  asked" in listed.output
        assert "open a ticket" in listed.output
        path = f"/v1/approvals/{asked.approval_id}"
        other = await http.post(f"{path}/give", params={"tenant": "acme"}, json={"request_hash": "0" * 64})
        assert (other.status_code, "another than the one that was seen" in other.text) == (400, True)
        assert (await http.post("/v1/approvals/Not%20One/give", params={"tenant": "acme"})).status_code == 404

        yes = ["--yes", "--for", "5m"] if decision == "give" else []
        said = await command(decision, asked.approval_id, "--reason", "agreed", *yes)
        assert said.exit_code == 0, said.output
        assert ("for one use" if decision == "give" else "refused") in said.output
        results = [await write(bus), await write(bus)]
        given = decision == "give"
        assert [one.status for one in results] == (["ok", "ok"] if given else ["refused", "refused"])
        assert desk.written == (["open a ticket"] if given else [])
        assert "no write of tenant acme waits" in (await command("list")).output
        assert ("used" if given else "refused") in (await command("list", "--all")).output
        assert (await command("give", "nobody", "--yes")).exit_code != 0
    records = [stored.message for stored in await bus.read(AUDIT_RECORDED, tenant="acme")]
    decided = [one for one in records if one.action in {"approval-given", "approval-refused"}]
    late = ("local", "refused", "the request is another than the one that was seen: look at it again")
    assert [(one.by, one.outcome, one.reason) for one in decided] == [late, ("local", "done", "agreed")]
