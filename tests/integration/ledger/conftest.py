"""Ledgers on a real nats-server and on a real redis-server, from libs/testkit."""

import pytest
from inquest.contracts.topology import Bucket
from inquest.ledger import open_ledger
from inquest.testkit.redis import RedisServer, redis_server

LEDGER_KV = Bucket("ledger-test", "kv", "gateway")
__all__ = ["redis_server"]


@pytest.fixture(params=["bus_factory", "redis_server"])
def backend(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
async def replicas(backend):
    """Two ledgers, as two replicas have them."""
    if isinstance(backend, RedisServer):
        made = [open_ledger(backend.url, None, None, None) for _ in range(2)]
    else:
        buses = [await backend("gateway") for _ in range(2)]
        await buses[0].connection.js.create_key_value(bucket=LEDGER_KV.name)
        made = [open_ledger("", None, bus, bus.kv(LEDGER_KV)) for bus in buses]
    yield made
    for ledger in made:
        await ledger.close()


@pytest.fixture
def ledger(replicas):
    return replicas[0]
