"""What is asked: the domain's own request, pages, kinds of provider, contracts of interfaces."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Config, ConfigCache, ConfigStore
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import DomainRequest, LogsRequest, Query, ToolRequest, Window
from inquest.contracts.topology import CONFIG
from inquest.gateway.adapters.directory import ConfiguredDirectory
from inquest.gateway.adapters.http_clients import HttpClients
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.adapters.registry import builder
from inquest.gateway.domain.pages import is_severe, offset, page
from inquest.gateway.domain.request import call_id, canonical, request_of
from inquest.gateway.ports import Context, ProviderError
from inquest.testkit.memory import MemoryBus

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
WINDOW = Window(start=T0, end=T0 + timedelta(minutes=5))


def tool_request(**query: object) -> ToolRequest:
    asked = Query.model_validate({"window": WINDOW, **query})
    return ToolRequest(tenant="acme", investigation_id="i", step_id="s", domain="logs", query=asked)


def test_a_query_becomes_the_request_of_its_domain():
    query = Query(window=WINDOW, services=("cart",), text="pool", severity_min="error")
    request = request_of("logs", query)
    assert request == LogsRequest(window=WINDOW, services=("cart",), text="pool", severity_min="error")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"repository": "a/b"}, "logs takes no repository; it takes"),
        ({"severity_min": "loud"}, "severity_min: Input should be"),
        ({"text": "x" * 1001}, "text: String should have at most 1000"),
    ],
)
def test_what_a_domain_does_not_take_is_said(fields, says):
    with pytest.raises(Impossible, match=says):
        request_of("logs", Query.model_validate({"window": WINDOW, **fields}))


def test_the_id_of_a_call_outlives_releases_that_add_fields():
    assert call_id(tool_request(services=("b", "a"))) == call_id(tool_request(services=("a", "b", "a")))
    assert call_id(tool_request()) == "24b526439c58b0c6a0fd1696"
    assert "cursor" not in canonical(tool_request())
    assert call_id(tool_request(cursor="5")) != call_id(tool_request())


@settings(max_examples=50)
@given(st.integers(0, 30), st.integers(1, 12), st.booleans())
def test_pages_bring_every_row_once(count, size, newest):
    rows = list(range(count))
    seen: list[list[int]] = []
    request = DomainRequest(window=WINDOW, rows_max=size)
    while True:
        paged = page(rows, request, newest=newest)
        seen.append(list(paged.rows))
        assert bool(paged.next_cursor) is (paged.left > 0)
        if not paged.next_cursor:
            break
        request = request.model_copy(update={"cursor": paged.next_cursor})
    assert [row for one in (reversed(seen) if newest else seen) for row in one] == rows
    assert all(len(one) <= size for one in seen)


@pytest.mark.parametrize("cursor", ["-1", "1e3", "٣", "9" * 20, "next"])
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    with pytest.raises(ProviderError, match="not one that this provider gave"):
        offset(cursor)


@pytest.mark.parametrize(
    ("severity", "least", "severe"),
    [
        ("INFO", "warning", False),
        ("Warn", "warning", True),
        ("fatal", "error", True),
        ("", "error", True),
        ("x", None, True),
    ],
)
def test_lines_of_unknown_severity_stay(severity, least, severe):
    assert is_severe(severity, least) is severe


def test_a_kind_that_is_nowhere_is_named():
    with pytest.raises(Impossible, match=r"no provider zorg: neither inquest\.gateway\.adapters\.zorg nor"):
        builder("zorg")


async def test_a_provider_that_cannot_be_made_costs_no_other_its_place():
    bus, clients = MemoryBus(), HttpClients()
    loki = {"kind": "loki", "settings": {"url": "http://loki:3100", "selector": "{a=~'b'}"}}
    broken = {**loki, "name": "broken", "settings": {**loki["settings"], "ca_file": "/nowhere/ca.pem"}}
    config = Config.model_validate({"tenants": {"acme": {"providers": [broken, {**loki, "name": "whole"}]}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", T0)
    directory = ConfiguredDirectory(ConfigCache(ConfigStore(bus.kv(CONFIG))), bus, PackShelf(1), None, clients)
    await directory.start()
    one, two = await directory.interfaces("acme", "logs")
    with pytest.raises(ProviderError, match="cannot be made") as failed:
        await one.provider.call(LogsRequest(window=WINDOW), Context("acme", "logs", 0, 0))
    assert failed.value.kind == "not-found"
    with pytest.raises(ProviderError, match="cannot be made"):
        await one.provider.probe()
    assert [found.provider.describe()[0].interface_id for found in (one, two)] == ["logs.broken", "logs.whole"]
    assert await directory.all("nobody") == ()
    await clients.aclose()


async def test_connections_that_nobody_uses_are_looked_for_once_for_each_revision(monkeypatch):
    looked, bus, clients = [], MemoryBus(), HttpClients()
    monkeypatch.setattr(clients, "keep", lambda used: looked.append(sorted(one.url for one in used)))
    store = ConfigStore(bus.kv(CONFIG))
    cache = ConfigCache(store)
    directory = ConfiguredDirectory(cache, bus, PackShelf(1), None, clients)
    for number, host in enumerate(("old", "new"), 1):
        loki = {"name": "l", "kind": "loki", "settings": {"url": f"http://{host}:3100", "selector": "{a=~'b'}"}}
        tenants = {name: {"providers": [loki]} for name in ("a", "b", "c")}
        await store.apply(Config.model_validate({"tenants": tenants}), "test", T0)
        await directory.start()
        assert len(directory.probed()) == 3
        assert looked == [[f"http://{name}:3100"] * 3 for name in ("old", "new")[:number]]
    await clients.aclose()
