"""Forged tokens, an issuer that is away or rotates its keys, callers that ask too often: at the listening servers."""

import json

import grpc
import grpc.aio
import pytest
from inquest.api import streams
from inquest.contracts import subjects as s
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import jwks
from inquest.identity.limits import FAILURES
from inquest.testkit.fixtures import until
from inquest.testkit.forgery import forged
from inquest.testkit.issuer import SigningKey
from structlog.testing import capture_logs

from tests.integration.identity.asks import CART

NAME = "list_incidents"


@pytest.fixture
def rates():
    return "viewer=0.01/4"


@pytest.mark.slow
async def test_a_forged_token_opens_no_door(world, monkeypatch):
    monkeypatch.setattr("inquest.identity.limits.FAILURES", FAILURES.__class__(1000, 1000))
    for name, token in forged(world.signing, world.second).items():
        assert await world.ask(NAME, token) in {401, 431}, name
        # gRPC's own limit of metadata may end the call before anybody asks who it is.
        code = await world.call(NAME, token)
        refusals = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert code is grpc.StatusCode.UNAUTHENTICATED or (name == "oversized" and code in refusals), name
    assert await world.ask(NAME, world.signing.token()) == 200


async def test_an_issuer_that_is_away_and_comes_back_with_other_keys(world, monkeypatch):
    monkeypatch.setattr(jwks, "FLOOR_S", 0.0)
    rotated = SigningKey("k2")
    world.issuer.head = "503 Service Unavailable"
    assert await world.ask(NAME, world.signing.token()) == 200  # its keys are known
    assert await world.ask(NAME, rotated.token()) == 401
    world.issuer.head = "200 OK"
    world.issuer.keys(rotated)
    assert await world.ask(NAME, rotated.token(sub="bob")) == 200
    assert await world.ask(NAME, world.signing.token()) == 401  # withdrawn


async def test_who_asks_too_often_is_told_when_to_go_on(world):
    token = world.key("viewer", "acme")
    statuses = [await world.ask(NAME, token) for _ in range(3)]
    assert (statuses, await world.call(NAME, token)) == ([200, 200, 200], grpc.StatusCode.OK)
    refused = await world.answer(NAME, token)
    assert (refused.status_code, refused.json()["error"]) == (429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 100
    assert await world.call(NAME, token) is grpc.StatusCode.RESOURCE_EXHAUSTED
    trailing = dict(world.refusal.trailing_metadata())
    assert 1 <= int(trailing["retry-after"]) <= 100
    assert await world.ask(NAME, world.key("operator", "acme")) == 200  # others are not held up


@pytest.mark.slow
async def test_strangers_are_slowed_down_and_audited_in_a_bounded_way(world):
    statuses = [await world.ask(NAME, f"guess-{number}") for number in range(40)]
    assert statuses.count(401) <= FAILURES.burst + 5
    assert statuses[-1] == 429
    codes = [await world.call(NAME, "guess") for _ in range(5)]  # one more guess is allowed each second
    assert grpc.StatusCode.RESOURCE_EXHAUSTED in codes
    assert await world.ask(NAME, world.key("operator", "acme")) == 200

    async def refusals():
        found = [one.message for one in await world.bus.read(s.AUDIT_RECORDED)]
        return [one for one in found if one.action == "authentication-refused"]

    async def are_there():
        return len(await refusals()) >= 2

    await until(are_there)
    kept = await refusals()
    assert len(kept) <= 4  # the first of each kind; the rest are counted
    assert {one.by for one in kept} == {"nobody"}
    assert not any("guess" in one.model_dump_json() for one in kept)


async def _read_to_the_end(call):
    while await call.read() is not grpc.aio.EOF:
        pass


async def test_a_stream_ends_with_the_key_that_opened_it(world, monkeypatch):
    monkeypatch.setattr(streams, "RENEW_S", 0.05)
    token = world.key("operator", "acme", services="cart")
    others = world.keys_file.read_text().splitlines()[:-1]
    request = pb.InvestigationServiceWatchRequest(tenant="acme", investigation_id=CART.investigation_id)
    call = rpc.InvestigationServiceStub(world.channel).Watch(request, metadata=(("authorization", f"Bearer {token}"),))
    await call.read()
    url = f"/v1/investigations/{CART.investigation_id}/events"
    async with world.http.stream("GET", url, headers={"Authorization": f"Bearer {token}"}) as streamed:
        world.keys_file.write_text("\n".join(others))
        text = "".join([part async for part in streamed.aiter_text()])
    assert text.rstrip().splitlines()[-2] == "event: error"
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await _read_to_the_end(call)
    assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_an_error_carries_an_id_under_which_the_log_has_the_cause(world):
    with capture_logs() as logged:
        answer = await world.answer("get_incident", world.key("operator", "acme"), incident_id="nobody")
        code = await world.call("get_incident", world.key("operator", "acme"), incident_id="nobody")
    told = answer.json()["error_id"]
    over_grpc = dict(world.refusal.trailing_metadata())["error-id"]
    assert (answer.status_code, code) == (404, grpc.StatusCode.NOT_FOUND)
    assert over_grpc in world.refusal.details()
    by_id = {one["error_id"]: one for one in logged if "error_id" in one}
    assert {told, over_grpc} <= set(by_id)
    assert "nobody" in by_id[told]["reason"]


@pytest.mark.slow
async def test_a_bug_is_told_by_its_id_alone(world, monkeypatch):
    async def broken(*_):
        raise KeyError("inside of the program")

    monkeypatch.setattr("inquest.api.incidents.Incidents.get", broken)
    with capture_logs() as logged:
        answer = await world.answer("get_incident", world.key("operator", "acme"))
        code = await world.call("get_incident", world.key("operator", "acme"))
    assert (answer.status_code, code) == (500, grpc.StatusCode.INTERNAL)
    for text in (json.dumps(answer.json()), world.refusal.details()):
        assert "inside" not in text
        assert "Traceback" not in text
    causes = {one["error_id"]: one["exc_info"] for one in logged if one["event"] == "request_failed"}
    assert isinstance(causes[answer.json()["error_id"]], KeyError)
