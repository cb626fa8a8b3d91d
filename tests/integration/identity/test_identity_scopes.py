"""Nobody reads of another tenant, and who is for some services reads and does nothing outside them."""

import asyncio
from datetime import UTC, datetime

import grpc
import pytest
from inquest.api.domain.routes import OPERATIONS
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.contracts.topology import CONFIG
from inquest.identity.permissions import OF_A_TENANT
from inquest.testkit.fixtures import until

from tests.integration.identity.asks import ASKS, CART, SHOP
from tests.integration.identity.conftest import THEIRS

LISTS = ("list_investigations", "list_incidents", "list_notices")
ABOUT_ONE = ("get_investigation", "cancel_investigation", "give_feedback")


@pytest.fixture(params=["services", "repositories"])
async def scoped(request, world):
    """Return the key of one who is for the service cart of acme alone, by its name or by what it is built from."""
    if request.param == "repositories":
        document = {
            "catalogue": {
                "services": [
                    {"service_id": "cart", "repositories": ["https://git.example/acme/cart.git"]},
                    {"service_id": "shop", "repositories": ["acme/shop"]},
                ]
            }
        }
        config = Config.model_validate({"tenants": {"acme": document}})
        await ConfigStore(world.bus.kv(CONFIG)).apply(config, "test", datetime.now(UTC))
        token = world.key("operator", "acme", repositories="acme/cart,acme/unknown")

        async def is_known() -> bool:
            return await world.ask("get_incident", token) == 200

        await until(is_known)
        return token
    return world.key("operator", "acme", services="cart,unknown")


@pytest.mark.slow
async def test_lists_show_what_touches_the_scope(world, scoped):
    for name in LISTS:
        text = (await world.answer(name, scoped)).text
        assert CART.investigation_id in text
        assert SHOP.investigation_id not in text
        assert SHOP.incident_id not in text
    searched = await world.http.get(
        "/v1/investigations", params={"text": "pool"}, headers={"Authorization": f"Bearer {scoped}"}
    )
    assert [one["investigation_id"] for one in searched.json()["investigations"]] == [CART.investigation_id]


@pytest.mark.slow
async def test_what_is_outside_is_not_there(world, scoped):
    for name in ABOUT_ONE:
        assert await world.ask(name, scoped, investigation_id=SHOP.investigation_id) == 404
        assert await world.call(name, scoped, investigation_id=SHOP.investigation_id) is grpc.StatusCode.NOT_FOUND
        assert await world.ask(name, scoped) in {200, 201, 202}
    for name in ("get_incident", "split_incident"):
        assert await world.ask(name, scoped, incident_id=SHOP.incident_id) == 404
        assert await world.call(name, scoped, incident_id=SHOP.incident_id) is grpc.StatusCode.NOT_FOUND
    assert await world.ask("merge_incidents", scoped) == 404  # the other one is outside
    assert await world.call("merge_incidents", scoped) is grpc.StatusCode.NOT_FOUND
    assert await world.ask("get_incident", scoped, "globex", incident_id=THEIRS.incident_id) == 403


@pytest.mark.slow
async def test_nothing_is_started_or_muted_outside(world, scoped):
    post = {"headers": {"Authorization": f"Bearer {scoped}"}}
    start = dict(ASKS["start_investigation"].body or {})
    for services, status in ((["cart"], 202), (["cart", "shop"], 403), (["shop"], 403)):
        asked = await world.http.post("/v1/investigations", json={**start, "services": services}, **post)
        assert asked.status_code == status
    mute = {"reason": "upgrade", "duration_s": 600}
    for names, status in (
        ({"services": ["cart"]}, 201),
        ({"services": ["shop"]}, 403),
        ({"services": ["cart", "shop"]}, 403),
        ({"services": ["*"]}, 403),
        ({"services": ["c*"]}, 403),
        ({"sources": ["pagerduty"]}, 403),
    ):
        assert (await world.http.post("/v1/mutes", json={**mute, **names}, **post)).status_code == status
    boss = {"headers": {"Authorization": f"Bearer {world.key('operator', 'acme')}"}}
    wide = await world.http.post("/v1/mutes", json={**mute, "services": ["c*", "shop"]}, **boss)
    hidden = await world.http.post("/v1/mutes", json={**mute, "services": ["shop"]}, **boss)
    seen = {tuple(one["services"]) for one in (await world.http.get("/v1/mutes", **post)).json()["mutes"]}
    assert seen == {("cart",), ("c*", "shop")}
    for foreign in (wide, hidden):
        ended = await world.http.post(f"/v1/mutes/{foreign.json()['mute_id']}/end", json={}, **post)
        assert ended.status_code == 404


@pytest.mark.slow
async def test_what_is_about_the_whole_tenant_is_not_for_them(world, scoped):
    for row in (row for row in OPERATIONS if row.permission in OF_A_TENANT):
        assert await world.ask(row.name, scoped) == 403
        assert await world.call(row.name, scoped) is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.slow
async def test_watching_outside_is_as_watching_nothing(world, scoped):
    stub = rpc.InvestigationServiceStub(world.channel)
    metadata = (("authorization", f"Bearer {scoped}"),)

    def watch(investigation_id):
        request = pb.InvestigationServiceWatchRequest(tenant="acme", investigation_id=investigation_id)
        return stub.Watch(request, metadata=metadata)

    mine, theirs, nobodys = watch(CART.investigation_id), watch(SHOP.investigation_id), watch("nobody-knows")
    first = await mine.read()
    assert first.record.position > 0
    reading = [asyncio.ensure_future(call.read()) for call in (theirs, nobodys)]
    verdict = SHOP.verdict().model_copy(update={"verdict_id": "again", "revision": 2})
    await world.bus.publish(
        s.VERDICT_REACHED, verdict, tenant="acme", investigation=SHOP.investigation_id, msg_id="again"
    )
    boss = world.key("operator", "acme")

    async def is_stored() -> bool:
        return "again" in (await world.answer("get_investigation", boss, investigation_id=SHOP.investigation_id)).text

    await until(is_stored)
    assert not any(one.done() for one in reading)
    for call in (mine, theirs, nobodys):
        call.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    refused = watch("")  # everything of the tenant
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await refused.read()
    assert error.value.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.slow
async def test_nothing_of_another_tenant_is_ever_read(world):
    """Without naming a tenant, with another's ids, and with a tenant in every place where one could be sneaked in."""
    globex = world.key("admin", "globex")
    await world.ask("list_audit", world.key("viewer", "acme"))  # so that acme has an audit
    for row in OPERATIONS:
        if row.method == "GET" and row.answer is not None:
            answer = await world.answer(row.name, globex, None)
            assert answer.status_code == (200 if "{" not in row.path else 404), row.name
            assert '"acme"' not in answer.text
            assert answer.status_code == 404 or CART.incident_id not in answer.text  # 404 repeats what was asked
    for name in ("cancel_investigation", "give_feedback", "merge_incidents", "split_incident"):
        assert await world.ask(name, globex, None) == 404
        assert await world.call(name, globex, None) is grpc.StatusCode.NOT_FOUND
    letters = (await world.answer("list_dead_letters", globex, None)).json()["letters"]
    assert [one["tenant"] for one in letters] == ["globex"]
    mine = str(letters[0]["seq"])
    assert await world.ask("get_dead_letter", world.key("admin", "acme"), None, seq=mine) == 404
    for sneaked in ("acme,globex", "*", "globex*", "acme\x00globex", "../acme", "ACME", "system"):
        assert await world.ask("list_incidents", globex, sneaked) in {400, 403}
    stub = rpc.InvestigationServiceStub(world.channel)
    request = pb.InvestigationServiceWatchRequest(investigation_id=CART.investigation_id)
    call = stub.Watch(request, metadata=(("authorization", f"Bearer {globex}"),))
    reading = asyncio.ensure_future(call.read())
    done, _ = await asyncio.wait({reading}, timeout=0.3)  # nothing comes: there is nothing to wait for instead
    assert not done
    call.cancel()
    await asyncio.gather(reading, return_exceptions=True)
