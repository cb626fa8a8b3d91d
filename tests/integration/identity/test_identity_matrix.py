"""Every operation as every role, for the own tenant, another and all, over HTTP and gRPC: only who may is let in."""

import asyncio

import grpc
import pytest
from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import TenantQuery
from inquest.api.domain.routes import BY_NAME, OPERATIONS
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.identity import ROLES
from inquest.testkit.issuer import claims_of

from tests.integration.identity.asks import ASKS, wanted
from tests.integration.identity.conftest import TENANTS

OF_SERVICES = {
    "TraceStoreService",
    "AdminService",
}  # between services, and of the runtime: they have tests of their own


def test_the_table_is_every_operation_that_there_is():
    served = {
        f"{service.name}.{method.name}"
        for service in pb.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if service.name not in OF_SERVICES
    }
    assert {row.rpc for row in OPERATIONS} == served
    assert len(BY_NAME) == len(OPERATIONS) == len(served)
    assert set(ASKS) == set(BY_NAME)


def test_an_operation_that_nobody_may_is_no_operation():
    for permission in ("", "viewer", "everything.do"):
        with pytest.raises(ValueError, match="no role has the permission"):
            Operation("x", "GET", "/v1/x", "x", permission, "X.Y", TenantQuery, None, None)


def expected(row, role, whose):
    return role in row.roles and whose != "other"


@pytest.mark.parametrize("method", ["key", "jwt"])
@pytest.mark.slow
async def test_role_by_operation_by_tenant_by_transport(world, method):
    async def tried(row, role, whose, token):
        may = expected(row, role, whose)
        let_in = grpc.StatusCode.NOT_FOUND if wanted(row.name) == 404 else grpc.StatusCode.OK
        saw = (await world.ask(row.name, token), await world.call(row.name, token))
        due = (wanted(row.name), let_in) if may else (403, grpc.StatusCode.PERMISSION_DENIED)
        return (role, whose, row.name, saw, due)

    every = []
    for role in ROLES:
        for whose, tenant in TENANTS.items():
            token = world.key(role, tenant) if method == "key" else world.signing.token(**claims_of(role, (tenant,)))
            every += await asyncio.gather(*(tried(row, role, whose, token) for row in OPERATIONS))
    assert [one for one in every if one[3] != one[4]] == []
    assert len(every) == len(ROLES) * len(TENANTS) * len(OPERATIONS)


@pytest.mark.parametrize("token", [None, "nobody"])
@pytest.mark.slow
async def test_a_stranger_is_let_in_nowhere(world, token):
    for row in OPERATIONS:
        assert await world.ask(row.name, token) in {401, 429}
        code = await world.call(row.name, token)
        assert code in {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.RESOURCE_EXHAUSTED}


async def test_a_stranger_learns_nothing_from_how_a_request_is_read(world):
    asked = await world.http.post("/v1/mutes?nonsense=1", content=b"{", headers={"Content-Type": "application/json"})
    assert asked.status_code == 401
    viewer = world.key("viewer", "acme")
    headers = {"Authorization": f"Bearer {viewer}", "Content-Type": "application/json"}
    assert (await world.http.post("/v1/mutes", content=b"{", headers=headers)).status_code == 403


@pytest.mark.slow
async def test_two_headers_are_none(world):
    headers = [("Authorization", f"Bearer {world.key('viewer', 'acme')}"), ("Authorization", "Bearer other")]
    assert (await world.http.get("/v1/incidents", headers=headers)).status_code == 401
