"""What is particular to Grafana: pages of annotations, dashboards with panels, data sources behind it, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, TenantConfig
from inquest.contracts.latest import (
    ChangesRequest,
    DashboardsRequest,
    EventsRequest,
    LogsRequest,
    MetricsRequest,
    Window,
)
from inquest.gateway.adapters.grafana_answers import changes_of, dashboard_of, events_of, found_of, moment
from inquest.gateway.domain.flags import Owners
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.grafana import T0, GrafanaServer, annotation, board
from inquest.testkit.backends import Backend
from inquest.testkit.oddities import odd
from inquest.testkit.providers import ask, made
from pydantic import ValidationError

WINDOW = Window(start=T0 + timedelta(minutes=2), end=T0 + timedelta(minutes=8))
SERVICES = ({"service_id": "checkout", "aliases": {"grafana": ["checkout-svc"]}}, {"service_id": "cart"})


async def read(request, domain="events", server=None, **more: object):
    """Return the answer, and what was asked for it."""
    async with Backend(serve=server or GrafanaServer()).listening() as backend:
        given = {"url": backend.url, **more}
        config = {"name": "gr", "kind": "grafana", "domains": [domain], "settings": given}
        async with made(config, services=SERVICES) as provider:
            return await ask(provider, domain, request, left_s=60), backend.received


def at(minutes: float) -> float:
    return (T0 + timedelta(minutes=minutes)).timestamp()


async def test_annotations_are_events():
    fetched, received = await read(EventsRequest(window=WINDOW))
    rows = fetched.response.events
    assert [row.time for row in rows] == [at(minute) for minute in range(2, 8)]  # one that began before is left out
    deploy, alert, region = rows[:3]
    assert (deploy.kind, deploy.service, deploy.last_at) == ("annotation", "cart", None)
    assert (alert.kind, alert.severity, alert.before, alert.after) == ("alert", "Alerting", "Pending", "Alerting")
    assert alert.entity == "dashboard/shop-1"
    assert alert.url.endswith("/d/shop-1")
    assert region.last_at == at(6.5)
    assert received[0].query["limit"] == ["1000"]
    assert "GET /api/annotations?from=1772373720000&to=1772374080000" in fetched.query_text


async def test_kinds_names_and_services_restrict_events():
    alerts, _ = await read(EventsRequest(window=WINDOW, kinds=("alert",), names=("dashboard/shop-1",)))
    assert [row.time for row in alerts.response.events] == [at(3), at(6)]
    cart, received = await read(EventsRequest(window=WINDOW, services=("cart",)), tags=["deploy"])
    assert [row.service for row in cart.response.events] == ["cart"]
    assert received[0].query["tags"] == ["deploy"]


async def test_annotations_are_read_back_page_by_page():
    fetched, received = await read(
        EventsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=30))), annotations_max=10
    )
    assert len(received) == 1
    assert fetched.response.truncated
    assert "older ones were not read" in fetched.partial
    many = [annotation(number) | {"timeEnd": annotation(number)["time"]} for number in range(2500)]
    window = Window(start=T0, end=T0 + timedelta(days=2))
    whole, received = await read(EventsRequest(window=window), server=GrafanaServer(many))
    assert len(whole.response.events) == 2500
    assert len(received) == 3
    assert not whole.response.truncated


async def test_tags_make_annotations_changes():
    fetched, _ = await read(ChangesRequest(window=WINDOW), "changes")
    rows = fetched.response.changes
    assert [(row.kind, row.ref, row.service) for row in rows] == [("deploy", "2", "cart"), ("deploy", "5", "checkout")]
    assert rows[0].author == "ada"
    other, _ = await read(ChangesRequest(window=WINDOW), "changes", change_tags={"maintenance": "config"})
    assert [(row.kind, row.ended_at) for row in other.response.changes] == [("config", at(6.5)), ("config", at(9.5))]
    with pytest.raises(ProviderError) as failed:
        await read(ChangesRequest(window=WINDOW, kinds=("commit",)), "changes")
    assert failed.value.kind == "unsupported"


async def test_dashboards_come_with_the_expressions_of_their_panels():
    fetched, received = await read(DashboardsRequest(window=WINDOW, text="slo"), "dashboards")
    boards = fetched.response.dashboards
    assert [one.title for one in boards] == ["Shop 00", "Shop 02", "Shop 04", "Shop 06"]
    first = boards[0]
    assert (first.folder, first.services, first.updated_at) == ("Shop", ["checkout"], 1772186400.0)
    outer, inner = first.panels
    assert (outer.title, outer.kind, outer.source, outer.unit) == ("Errors", "timeseries", "p1", "reqps")
    assert outer.queries == ["rate(errors_total[0m])"]
    assert (inner.title, inner.source) == ("Inside", "Old name")
    assert first.url.endswith("/d/shop-0/shop")
    assert {tuple(one.query) for one in received[:2]} == {
        ("type", "query", "limit", "page"),
        ("type", "tag", "limit", "page"),
    }


async def test_dashboards_by_id_and_by_pages():
    named, received = await read(DashboardsRequest(window=WINDOW, ids=("shop-3", "gone", "a/../b")), "dashboards")
    assert [one.dashboard_id for one in named.response.dashboards] == ["shop-3"]
    assert len(received) == 2
    first, _ = await read(DashboardsRequest(window=WINDOW), "dashboards", dashboards_max=4)
    assert (len(first.response.dashboards), first.response.next_cursor) == (4, "4")
    of_cart, _ = await read(DashboardsRequest(window=WINDOW, services=("cart",)), "dashboards")
    assert [one.title for one in of_cart.response.dashboards] == ["Shop 01", "Shop 03", "Shop 05"]


async def test_data_sources_are_read_through_the_proxy(monkeypatch):
    monkeypatch.setenv("GRAFANA_TOKEN", "glsa_x")
    auth = {"kind": "bearer", "token": "env:GRAFANA_TOKEN"}
    server = GrafanaServer(token="glsa_x")
    metrics = {"datasource": "p1", "queries": [{"metric": "up", "promql": "up"}]}
    fetched, received = await read(MetricsRequest(window=WINDOW), "metrics", server=server, metrics=metrics, auth=auth)
    assert {one.service for one in fetched.response.series} == {"cart", "checkout"}
    assert {one.path for one in received} == {"/api/datasources/proxy/uid/p1/api/v1/query_range"}
    logs = {"datasource": "l1", "selector": '{namespace="shop"}'}
    fetched, received = await read(LogsRequest(window=WINDOW), "logs", server=server, logs=logs, auth=auth)
    assert len(fetched.response.times) == 18
    assert {one.path for one in received} == {"/api/datasources/proxy/uid/l1/loki/api/v1/query_range"}
    with pytest.raises(ProviderError) as failed:
        await read(LogsRequest(window=WINDOW), "logs", logs=logs | {"datasource": "gone"})
    assert failed.value.kind == "not-found"


def test_a_domain_without_its_data_source_is_refused():
    config = {"name": "gr", "kind": "grafana", "domains": ["logs"], "settings": {"url": "http://grafana:3000"}}
    with pytest.raises(ValidationError, match=r"say in settings\.logs which data source"):
        TenantConfig.model_validate({"providers": [config]})


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_arrives_is_rows_or_malformed(seed):
    services = TenantConfig.model_validate({"catalogue": {"services": list(SERVICES)}})
    owners = Owners(Catalogue(services.catalogue), "grafana", "")
    for make in (
        lambda: events_of(odd(annotation(seed % 3), seed), "", owners),
        lambda: changes_of(odd(annotation(2), seed), "", owners, {"deploy": "deploy"}),
        lambda: moment(odd(annotation(1), seed)),
        lambda: dashboard_of(odd({"dashboard": board(1), "meta": {"url": "/d/x"}}, seed), "", owners),
        lambda: found_of(odd({"uid": "a", "title": "b", "tags": ["c"]}, seed), "", owners),
    ):
        with suppress(ProviderError), understood("it"):
            make()
