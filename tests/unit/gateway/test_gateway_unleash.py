"""What is particular to Unleash: events that change flags, before and after, states with strategies, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, TenantConfig
from inquest.contracts.latest import FlagData, FlagsRequest, Window
from inquest.gateway.adapters.unleash_answers import changes_of, flags_of, with_strategies
from inquest.gateway.domain.flags import Owners
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.unleash import T0, UnleashServer, event, feature, strategy
from inquest.testkit.backends import Backend
from inquest.testkit.oddities import odd
from inquest.testkit.providers import ask, made

REQUEST = FlagsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=20)))
SERVICES = ({"service_id": "cart", "aliases": {"unleash": ["cart-svc"]}}, {"service_id": "checkout"})


async def read(request=REQUEST, server=None, **more: object):
    """Return the answer, and what was asked for it."""
    async with Backend(serve=server or UnleashServer()).listening() as backend:
        config = {"name": "un", "kind": "unleash", "settings": {"url": backend.url, **more}}
        async with made(config, services=SERVICES) as provider:
            return await ask(provider, "flags", request, left_s=60), backend.received


def asked(received):
    return [one.query for one in received if one.path == "/api/admin/search/events"]


async def test_events_that_change_what_is_served_are_changes():
    fetched, received = await read()
    rows = fetched.response.changes
    assert [int(row.time - T0.timestamp()) // 60 for row in rows] == [0, 1, 3, 4, 5, 8, 9, 10, 11, 14, 15, 16, 18, 19]
    assert [(row.before, row.after) for row in rows[:4]] == [
        ("off", "on"),
        ("flexibleRollout 10%", "flexibleRollout 50%"),
        ("on", "off"),
        ("no variants", "a 25%, b 75%"),
    ]
    first, second = rows[:2]
    assert (first.ref, first.service, first.author, first.environment) == (
        "cart-pool",
        "cart",
        "ada@acme.com",
        "production",
    )
    assert first.message == "Flag changed: cart-pool"
    assert second.message.startswith("*ada* changed")
    assert second.service == "checkout"
    assert first.url.endswith("/projects/default/features/cart-pool")
    (query,) = asked(received)
    assert (query["project"], query["from"], query["to"]) == (["IS:default"], ["IS:2026-02-28"], ["IS:2026-03-02"])


async def test_states_come_with_strategies_where_the_flag_changed():
    fetched, received = await read(
        REQUEST.model_copy(update={"window": Window(start=T0, end=T0 + timedelta(minutes=1))})
    )
    cart, rerank, free = fetched.response.flags
    assert (cart.name, cart.enabled, cart.service, cart.rollout_percent) == ("cart-pool", True, "cart", 50.0)
    assert cart.variation == "b"
    assert '"name":"flexibleRollout"' in cart.rules
    assert (rerank.enabled, rerank.rules, free.enabled) == (True, "", False)
    assert len([one for one in received if one.path.endswith("/environments/production")]) == 1


async def test_names_and_limits():
    fetched, received = await read(REQUEST.model_copy(update={"names": ("free_shipping",)}))
    assert {row.ref for row in fetched.response.changes} == {"free_shipping"}
    assert [one.name for one in fetched.response.flags] == ["free_shipping"]
    assert asked(received)[0]["feature"] == ["IS:free_shipping"]
    few, _ = await read(details_max=1)
    assert few.problems == ("2 flags come without their strategies (details_max)",)
    some, _ = await read(flags_max=2)
    assert len(some.response.flags) == 2
    assert "the state of some was not taken" in some.problems[0]


async def test_long_histories_are_read_by_offset_up_to_the_limit():
    server = UnleashServer([event(5 * number) for number in range(2500)])
    request = REQUEST.model_copy(update={"window": Window(start=T0, end=T0 + timedelta(days=10)), "states": False})
    fetched, received = await read(request, server=server)
    assert [one["offset"] for one in asked(received)] == [["0"], ["1000"], ["2000"]]
    assert not fetched.response.truncated
    some, _ = await read(request, server=server, events_max=1500)
    assert len(some.response.changes) < len(fetched.response.changes)
    assert "older ones were not read (events_max)" in some.partial


async def test_an_environment_that_is_not_configured_is_unsupported():
    with pytest.raises(ProviderError) as failed:
        await read(REQUEST.model_copy(update={"environment": "staging"}))
    assert failed.value.kind == "unsupported"


async def test_the_token_goes_as_it_is(monkeypatch):
    monkeypatch.setenv("UNLEASH_TOKEN", "user:xyz")
    auth = {"kind": "header", "name": "Authorization", "value": "env:UNLEASH_TOKEN"}
    fetched, _ = await read(server=UnleashServer(token="user:xyz"), auth=auth)
    assert fetched.response.changes
    with pytest.raises(ProviderError) as failed:
        await read(server=UnleashServer(token="user:other"), auth=auth)
    assert failed.value.kind == "auth"


def owners(prefix: str = "") -> Owners:
    services = TenantConfig.model_validate({"catalogue": {"services": list(SERVICES)}})
    return Owners(Catalogue(services.catalogue), "unleash", prefix)


def test_tags_with_a_type_can_name_services():
    raw = feature("cart-pool")
    (flag,) = flags_of(raw, "default", "production", "", owners("service:"))
    assert (flag.service, flag.enabled) == ("cart", True)
    assert flags_of(raw, "default", "elsewhere", "", owners()) == []
    assert [one.service for one in flags_of(feature("checkout.rerank"), "default", "production", "", owners("x:"))] == [
        None
    ]


def test_a_strategy_of_which_only_constraints_change_says_so():
    raw = event(1) | {"preData": strategy(50), "data": strategy(50) | {"constraints": [{"contextName": "country"}]}}
    (row,) = changes_of(raw, ["production"], "", owners(), [])
    assert (row.before, row.after) == ("flexibleRollout 50%", "flexibleRollout 50%; constraints changed")


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_arrives_is_rows_or_malformed(seed):
    flag = FlagData(name="x", enabled=True)
    for make in (
        lambda: changes_of(odd(event(seed % 5), seed), ["production"], "", owners(), []),
        lambda: flags_of(odd(feature("cart-pool"), seed), "default", "production", "", owners()),
        lambda: with_strategies(
            flag, odd({"strategies": [strategy(5)], "variants": [{"name": "a", "weight": 1}]}, seed)
        ),
    ):
        with suppress(ProviderError), understood("it"):
            make()
